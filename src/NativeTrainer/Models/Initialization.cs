using System.Text;
using NativeTrainer.Graph;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Models;

/// <summary>Start values of new parameters; a pure function of the seed and the parameter's name, so that freezing or order change nothing.</summary>
internal static class Initialization
{
    private const uint InitializationOp = 0x1417;

    /// <summary>Values of a thread's turn; a multiple of 4, for a counter gives four.</summary>
    private const int Part = 1 << 16;

    /// <summary>Gives a parameter its start values.</summary>
    public static void Apply(Device device, Parameter parameter, ulong seed)
    {
        int threads = device is CpuDevice cpu ? cpu.Threads : Environment.ProcessorCount;
        device.Upload<float>(Values(parameter, seed, threads), parameter.Data);
    }

    private static float[] Values(Parameter parameter, ulong seed, int threads)
    {
        var values = new float[parameter.Shape.Count];
        ulong key = CounterRandom.Key(seed, 0, NameHash(parameter.Name), InitializationOp);
        switch (parameter)
        {
            case { Shape.Rank: 4 }:
                // He et al. 2015, fan-out, gain √2: torchvision's choice for ResNets.
                float std = MathF.Sqrt(2f / (parameter.Shape[0] * parameter.Shape[1] * parameter.Shape[2]));
                Parallel.For(0, (values.Length + Part - 1) / Part, new ParallelOptions { MaxDegreeOfParallelism = threads },
                    part => CounterRandom.FillNormal(key, (ulong)part * (Part / 4), std, values.AsSpan(part * Part, Math.Min(Part, values.Length - part * Part))));
                break;
            case { Shape.Rank: 2 }:
                float bound = 1 / MathF.Sqrt(parameter.Shape[1]);
                for (int i = 0; i < values.Length; i++) values[i] = CounterRandom.Uniform(key, (ulong)i, -bound, bound);
                break;
            case { Name: var name } when name.EndsWith("running_var", StringComparison.Ordinal) || IsNormWeight(name):
                values.AsSpan().Fill(1);
                break;
        }
        return values;
    }

    private static bool IsNormWeight(string name) => name.EndsWith(".weight", StringComparison.Ordinal);

    /// <summary>FNV-1a, 64 bits.</summary>
    private static ulong NameHash(string name)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name)) hash = (hash ^ b) * 0x100000001B3;
        return hash;
    }
}
