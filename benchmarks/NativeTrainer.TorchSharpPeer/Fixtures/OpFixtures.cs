using System.Text.Json;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace NativeTrainer.TorchSharpPeer.Fixtures;

/// <summary>
/// Small float64 results of the operators whose definition has room for doubt: what running variance holds, what a weighted mean divides by,
/// where a ceil-mode window may start, in which order an optimizer decays. Activations are stored (N, H, W, C).
/// </summary>
internal static class OpFixtures
{
    public static void Write(string folder)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var file = new SafeTensorsWriter("fixture", JsonSerializer.Serialize(new { engine = $"TorchSharp {typeof(torch).Assembly.GetName().Version?.ToString(3)}, libtorch {__version__}" }, JsonSerializerOptions.Web));
        BatchNorm(file);
        CrossEntropy(file);
        MaxPool(file, "maxpool-3-2-1-floor", new PoolShape(3, 2, 1, false), 8, 7);
        MaxPool(file, "maxpool-3-2-0-ceil", new PoolShape(3, 2, 0, true), 8, 7);
        MaxPool(file, "maxpool-2-2-1-ceil", new PoolShape(2, 2, 1, true), 7, 6); // a window that would start in the right padding is dropped
        Optimizers(file);
        ClipNorm(file);
        string path = Path.Combine(folder, "ops.safetensors");
        file.Save(path);
        Console.WriteLine($"{path}: {new FileInfo(path).Length / 1024} KiB");
    }

    private static void BatchNorm(SafeTensorsWriter file)
    {
        var x = Random(2, 5, 3, 3).requires_grad_();
        var (weight, bias) = (Random(5).requires_grad_(), Random(5).requires_grad_());
        var (mean, variance, dy) = (Random(5), Random(5).abs(), Random(2, 5, 3, 3));
        Add(file, "batchnorm/x", x);
        Add(file, "batchnorm/weight", weight);
        Add(file, "batchnorm/bias", bias);
        Add(file, "batchnorm/dy", dy);
        Add(file, "batchnorm/runningMeanBefore", mean);
        Add(file, "batchnorm/runningVarBefore", variance);
        Add(file, "batchnorm/eval/y", nn.functional.batch_norm(x, mean, variance, weight, bias, false, ResNetNumerics.Momentum, ResNetNumerics.Epsilon));
        var y = nn.functional.batch_norm(x, mean, variance, weight, bias, true, ResNetNumerics.Momentum, ResNetNumerics.Epsilon);
        y.backward([dy]);
        Add(file, "batchnorm/train/y", y);
        Add(file, "batchnorm/train/dx", x.grad!);
        Add(file, "batchnorm/train/dweight", weight.grad!);
        Add(file, "batchnorm/train/dbias", bias.grad!);
        Add(file, "batchnorm/train/runningMean", mean);
        Add(file, "batchnorm/train/runningVar", variance);
    }

    private static void CrossEntropy(SafeTensorsWriter file)
    {
        var logits = (Random(4, 5) * 3).requires_grad_();
        var classWeights = tensor(new double[] { 0.5, 1, 1.5, 2, 0.75 });
        var labels = tensor(new long[] { 3, 0, 4, 3 });
        var soft = nn.functional.softmax(Random(4, 5), 1);
        Add(file, "crossentropy/logits", logits);
        Add(file, "crossentropy/classWeights", classWeights);
        Add(file, "crossentropy/indexTargets", nn.functional.one_hot(labels, 5).to(ScalarType.Float64));
        Add(file, "crossentropy/softTargets", soft);
        Loss("index-weighted-smoothed-0.125", labels, classWeights, 0.125);
        Loss("index-weighted", labels, classWeights, 0);
        Loss("index-smoothed-0.125", labels, null, 0.125);
        Loss("soft", soft, null, 0);
        Loss("soft-smoothed-0.125", soft, null, 0.125);

        void Loss(string name, Tensor targets, Tensor? weights, double smoothing)
        {
            logits.grad = null;
            var loss = nn.functional.cross_entropy(logits, targets, weights, label_smoothing: smoothing);
            loss.backward();
            Add(file, $"crossentropy/{name}/loss", loss);
            Add(file, $"crossentropy/{name}/dlogits", logits.grad!);
        }
    }

    private static void MaxPool(SafeTensorsWriter file, string name, PoolShape pool, int height, int width)
    {
        var x = Random(2, 3, height, width).requires_grad_();
        var y = nn.functional.max_pool2d(x, pool.Kernel, pool.Stride, pool.Pad, ceil_mode: pool.CeilMode);
        var dy = Random(y.shape);
        y.backward([dy]);
        Add(file, name + "/x", x);
        Add(file, name + "/y", y);
        Add(file, name + "/dy", dy);
        Add(file, name + "/dx", x.grad!);
    }

    /// <summary>Three steps on given gradients; rate 0.1, decay 0.01, momentum 0.9, dampening as named; AdamW with β 0.9, 0.999, ε 1e-3; all as float32 holds them.</summary>
    private static void Optimizers(SafeTensorsWriter file)
    {
        var start = Random(7);
        var gradients = Random(3, 7);
        Add(file, "optimizers/start", start);
        Add(file, "optimizers/gradients", gradients);
        Steps("sgd", p => optim.SGD([p], 0.1f, weight_decay: 0.01f));
        Steps("sgd-momentum", p => optim.SGD([p], 0.1f, momentum: 0.9f, weight_decay: 0.01f));
        Steps("sgd-dampening-0.25", p => optim.SGD([p], 0.1f, momentum: 0.9f, dampening: 0.25, weight_decay: 0.01f));
        Steps("sgd-nesterov", p => optim.SGD([p], 0.1f, momentum: 0.9f, weight_decay: 0.01f, nesterov: true));
        Steps("adamw", p => optim.AdamW([p], 0.1f, beta1: 0.9f, beta2: 0.999f, eps: 1e-3f, weight_decay: 0.01f));

        void Steps(string name, Func<Parameter, optim.Optimizer> make)
        {
            using var parameter = new Parameter(start.clone());
            using var optimizer = make(parameter);
            for (int step = 0; step < 3; step++)
            {
                parameter.grad = gradients[step].clone();
                WithoutCollection.Run(() => optimizer.step());
            }
            Add(file, $"optimizers/{name}", parameter);
        }
    }

    private static void ClipNorm(SafeTensorsWriter file)
    {
        foreach (double most in new[] { 0.5, 50 })
        {
            using var parameter = new Parameter(zeros(7, ScalarType.Float64));
            parameter.grad = Random(7);
            Add(file, $"clip-{most}/gradient", parameter.grad);
            nn.utils.clip_grad_norm_([parameter], most);
            Add(file, $"clip-{most}/clipped", parameter.grad);
        }
    }

    private static Tensor Random(params long[] size) => randn(size, ScalarType.Float64);

    private static void Add(SafeTensorsWriter file, string name, Tensor value)
    {
        using var scope = NewDisposeScope();
        var stored = (value.dim() == 4 ? value.detach().permute(0, 2, 3, 1) : value.detach()).contiguous();
        file.Add(name, stored.shape, stored.data<double>().ToArray());
    }
}
