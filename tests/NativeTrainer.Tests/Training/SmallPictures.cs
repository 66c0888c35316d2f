using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Training;
using NativeTrainer.Weights;

namespace NativeTrainer.Tests.Training;

/// <summary>A folder with pictures of three classes told apart by colour and stripes, and a network of random weights for them.</summary>
internal sealed class SmallPictures : IDisposable
{
    private const int Side = 40;

    private readonly TemporaryFolder _folder = new();

    /// <param name="train">Pictures of each class.</param>
    /// <param name="validation">Pictures of each class.</param>
    public SmallPictures(int train, int validation)
    {
        Write(Data, train, validation);
        SaveRandomWeights(Weights);
    }

    public string Data => In("data");

    public string Weights => In("small.safetensors");

    public string In(string name) => Path.Combine(_folder.Path, name);

    /// <summary>All layers, two threads, a constant rate; into the folder <paramref name="run"/>.</summary>
    public TrainOptions Options(string run) => new()
    {
        Data = Data,
        Weights = Weights,
        Strategy = TrainingStrategy.Full,
        LearningRate = 0.02f,
        Schedule = ScheduleKind.Constant,
        Threads = 2,
        Out = In(run),
    };

    public void Dispose() => _folder.Dispose();

    private static void Write(string folder, int train, int validation)
    {
        var random = new Random(3);
        for (int c = 0; c < 3; c++)
        {
            for (int i = 0; i < train + validation; i++) WriteOne(Path.Combine(folder, i < train ? "train" : "val", $"class{c}", $"{i}.png"), c, random);
        }
    }

    private static void SaveRandomWeights(string path)
    {
        var spec = new ResNetSpec
        {
            Name = "small",
            Block = BlockKind.Basic,
            Depths = [1, 1, 1],
            Widths = [8, 16, 24],
            Strides = [1, 2, 2],
            StemChannels = 8,
            StemKernel = 3,
            StemStride = 1,
            Pool = null,
            Head = new HeadSpec { Classes = 3 },
        };
        using var device = new CpuDevice(1);
        using var model = new ResNet(spec, device);
        model.Initialize(1);
        ModelFile.Save(path, ModelTransfer.Export(model, new ModelWeights { Spec = spec, Tensors = new Dictionary<string, HostTensor>() }));
    }

    private static void WriteOne(string path, int c, Random random)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var pixels = new byte[Side * Side * 3];
        int shift = random.Next(8);
        for (int i = 0; i < pixels.Length; i++)
        {
            int x = i / 3 % Side;
            pixels[i] = (byte)(60 + (i % 3 == c ? 90 : 0) + ((x + shift) / (2 + c) % 2) * 40 + random.Next(40));
        }
        ImageWriter.Write(new RgbImage(pixels, Side, Side), path);
    }
}
