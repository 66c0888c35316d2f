using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Weights;

namespace NativeTrainer.Tests;

/// <summary>Networks of a few thousand random weights.</summary>
internal static class SmallNetworks
{
    /// <summary>Three stages of one block each, for 32×32 pictures.</summary>
    public static ResNetSpec Spec(BlockKind block = BlockKind.Basic, int classes = 3, int channels = 3) => new()
    {
        Name = "small",
        Block = block,
        Depths = [2, 1, 1],
        Widths = [8, 16, 24],
        Strides = [1, 2, 2],
        InputChannels = channels,
        StemChannels = 8,
        StemKernel = 3,
        StemStride = 1,
        Pool = null,
        Head = new HeadSpec { Classes = classes },
        Preprocessing = new Preprocessing { Size = 32, CropRatio = 1 },
    };

    public static ModelWeights Random(ResNetSpec spec, ulong seed = 1)
    {
        using var device = new CpuDevice(1);
        using var model = new ResNet(spec, device);
        model.Initialize(seed);
        return ModelTransfer.Export(model, new ModelWeights { Spec = spec, Tensors = new Dictionary<string, HostTensor>() });
    }
}
