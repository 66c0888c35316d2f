using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Weights;

namespace NativeTrainer.Cli.Demo;

/// <summary>A ResNet that trains in seconds: four stages of one basic block.</summary>
internal static class SmallNetwork
{
    /// <summary>Writes it with random weights.</summary>
    /// <param name="size">Side of the input in pixels.</param>
    public static void Save(string path, int classes, int size)
    {
        var spec = new ResNetSpec
        {
            Name = "resnet-demo",
            Block = BlockKind.Basic,
            Depths = [1, 1, 1, 1],
            Widths = [24, 48, 96, 128],
            Strides = [1, 2, 2, 2],
            StemChannels = 24,
            StemKernel = 3,
            Pool = null,
            Head = new HeadSpec { Classes = classes },
            Preprocessing = new Preprocessing { Size = size },
        };
        using var device = Device.Open("cpu", 1);
        using var model = new ResNet(spec, device);
        model.Initialize(seed: 1);
        ModelFile.Save(path, ModelTransfer.Export(model, new ModelWeights { Spec = spec, License = "MIT", Source = "random weights of the demo", Tensors = new Dictionary<string, HostTensor>() }));
    }
}
