using NativeTrainer.Imaging;
using NativeTrainer.Weights;

namespace NativeTrainer.Models;

/// <summary>
/// Networks as pictures need them: with three input channels. One of gray pictures gets a stem that reads the luma of RGB (ITU-R BT.601: 0.299 R +
/// 0.587 G + 0.114 B): the weights of the three channels are the gray weights times these shares, which gives the same numbers, padding included.
/// </summary>
internal static class ColourInput
{
    private const string Stem = "conv1.weight";

    /// <summary>Of red, green and blue in the luma.</summary>
    public static readonly float[] Shares = [0.299f, 0.587f, 0.114f];

    /// <exception cref="UserException">The network takes neither one channel nor three.</exception>
    public static ModelWeights Of(string path, ModelWeights weights) => weights.Spec.InputChannels switch
    {
        3 => weights,
        1 when weights.Tensors.ContainsKey(Stem) => Widen(weights),
        var channels => throw new UserException($"{path}: the network takes {channels} channels; pictures give 3, or 1 of gray"),
    };

    private static ModelWeights Widen(ModelWeights weights)
    {
        var (spec, gray) = (weights.Spec, weights.Tensors[Stem]);
        int filters = gray.Shape[0], area = gray.Data.Length / filters;
        var colour = new float[3 * gray.Data.Length];
        for (int filter = 0; filter < filters; filter++)
            for (int channel = 0; channel < 3; channel++)
                for (int i = 0; i < area; i++) colour[(filter * 3 + channel) * area + i] = Shares[channel] * gray.Data[filter * area + i];
        var (mean, std) = (spec.Preprocessing.Mean[0], spec.Preprocessing.Std[0]);
        return weights with
        {
            Spec = spec with { InputChannels = 3, Preprocessing = spec.Preprocessing with { Mean = [mean, mean, mean], Std = [std, std, std] } },
            Tensors = new Dictionary<string, HostTensor>(weights.Tensors) { [Stem] = new HostTensor([filters, 3, gray.Shape[2], gray.Shape[3]], colour) },
        };
    }
}
