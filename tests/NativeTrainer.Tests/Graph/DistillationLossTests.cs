using NativeTrainer.Graph;
using NativeTrainer.Graph.Steps;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.PtxExecutor.Ilgpu;

namespace NativeTrainer.Tests.Graph;

/// <summary>The loss of a taught step, and the gradient that it gives, are those of Hinton et al. written out in float64.</summary>
public sealed class DistillationLossTests
{
    private const int N = 3, Features = 5, Classes = 4;

    [Theory]
    [InlineData(0.5f, 4f, 0f, false)]
    [InlineData(0.9f, 1f, 0.1f, false)]
    [InlineData(1f, 2f, 0f, false)]
    [InlineData(0.5f, 4f, 0.1f, true)]
    public void LossAndGradientAreTheDefinitions(float alpha, float temperature, float smoothing, bool card)
    {
        using Device device = card ? PtxDevice.Open() : new CpuDevice(2);
        using var parameters = new ParameterSet();
        Parameter weight = parameters.Add("fc.weight", new Shape(Classes, Features)), bias = parameters.Add("fc.bias", new Shape(Classes));
        parameters.Allocate(device);
        parameters.SetTrainable(_ => true);
        parameters.AllocateGradients();
        var builder = new GraphBuilder(device, GraphMode.Training);
        Value x = builder.Input("x", new Shape(N, Features)), targets = builder.Input("targets", new Shape(N, Classes)), teacher = builder.Input("teacher", new Shape(N, Classes));
        var logits = builder.Add(new LinearStep(device, "fc", x, weight, bias));
        var loss = builder.Add(new DistillationLossStep(device, logits, targets, teacher, null, smoothing, alpha, temperature));
        var graph = builder.Build([loss, logits]);
        using var arena = device.Allocate(graph.ArenaBytes);
        graph.Bind(arena);
        var random = new Random(1);
        float[] Noise(TensorView view, float size)
        {
            float[] values = [.. Enumerable.Range(0, (int)view.Count).Select(_ => (random.NextSingle() * 2 - 1) * size)];
            device.Upload<float>(values, view);
            return values;
        }

        float[] pictures = Noise(x.Data, 2), taught = Noise(teacher.Data, 5);
        Noise(weight.Data, 1);
        Noise(bias.Data, 1);
        // A mixed target among them.
        float[] labels = [1, 0, 0, 0, 0, 0.3f, 0.7f, 0, 0, 0, 0, 1];
        device.Upload<float>(labels, targets.Data);
        graph.Forward(new RunContext());
        float[] z = Read(device, logits.Data);
        float given = Read(device, loss.Data)[0];
        graph.Backward(new RunContext { LossScale = 0.5f });

        double expected = 0;
        var gradient = new double[N * Classes];
        for (int n = 0; n < N; n++)
        {
            double[] p = Softmax(z, n, 1), soft = Softmax(z, n, temperature), q = Softmax(taught, n, temperature);
            for (int k = 0; k < Classes; k++)
            {
                double t = (1 - (double)smoothing) * labels[n * Classes + k] + smoothing / (double)Classes;
                expected += ((1 - (double)alpha) * -t * Math.Log(p[k]) + alpha * (double)temperature * temperature * q[k] * Math.Log(q[k] / soft[k])) / N;
                gradient[n * Classes + k] = 0.5 * ((1 - (double)alpha) * (p[k] - t) + alpha * (double)temperature * (soft[k] - q[k])) / N;
            }
        }
        Assert.Equal(expected, given, 1e-5 * (1 + Math.Abs(expected)));
        float[] dw = Read(device, weight.Gradient), db = Read(device, bias.Gradient);
        for (int k = 0; k < Classes; k++)
        {
            Assert.Equal(Enumerable.Range(0, N).Sum(n => gradient[n * Classes + k]), db[k], 1e-6);
            for (int f = 0; f < Features; f++) Assert.Equal(Enumerable.Range(0, N).Sum(n => gradient[n * Classes + k] * pictures[n * Features + f]), dw[k * Features + f], 1e-6);
        }
    }

    private static double[] Softmax(float[] logits, int row, double temperature)
    {
        double[] e = [.. logits.Skip(row * Classes).Take(Classes).Select(z => Math.Exp(z / temperature))];
        return [.. e.Select(v => v / e.Sum())];
    }

    private static float[] Read(Device device, TensorView view)
    {
        var values = new float[view.Count];
        device.Download<float>(view, values);
        return values;
    }
}
