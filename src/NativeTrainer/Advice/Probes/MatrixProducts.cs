using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Conv2d;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Linear;

namespace NativeTrainer.Advice.Probes;

/// <summary>
/// Products of large float32 matrices, row-major, on the engine's kernels. They are cut into blocks of rows by their extents alone, so results are the
/// same for any number of threads.
/// </summary>
internal sealed class MatrixProducts : IDisposable
{
    /// <summary>Rows of a block that is multiplied at once.</summary>
    private const int RowBlock = 256;

    /// <summary>Rows, at most, whose float32 sums are added up in float64.</summary>
    private const int SumBlock = 1024;

    /// <summary>Float32 values of the other operand that lie on the device at once.</summary>
    private const int OperandValues = 16 << 20;

    private readonly CpuDevice _device;
    private readonly Dictionary<(int N, int In, int Out), Linear> _plans = [];
    private readonly ReusedArray<float> _part = new();
    private Arena? _arena;

    /// <param name="threads">0 takes all processors.</param>
    public MatrixProducts(int threads = 0)
    {
        _device = new CpuDevice(threads);
        Parallel = new ParallelOptions { MaxDegreeOfParallelism = _device.Threads };
    }

    /// <summary>For loops beside the products, on as many threads.</summary>
    public ParallelOptions Parallel { get; }

    /// <summary>For systems that are solved with the products; one at a time.</summary>
    public SystemMemory Memory { get; } = new();

    /// <summary>c (m, k) = a (m, d) · b (k, d)ᵀ.</summary>
    public void MultiplyTransposed(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int d, Span<float> c)
    {
        int m = a.Length / d, k = b.Length / d, columns = Math.Min(k, Math.Max(1, OperandValues / d)), rows = Math.Min(m, RowBlock);
        for (int column = 0; column < k; column += columns)
        {
            int width = Math.Min(columns, k - column);
            var plan = Plan(rows, d, width);
            var (x, w, y, workspace) = Tensors(plan, new Shape(rows, d), new Shape(width, d), new Shape(rows, width));
            _device.Upload(b.Slice(column * d, width * d), w);
            for (int row = 0; row < m; row += rows)
            {
                int height = Math.Min(rows, m - row);
                _device.Upload(a.Slice(row * d, height * d), x.Slice(0, new Shape(height * d)));
                plan.Forward(x, w, default, y, workspace);
                if (width == k)
                {
                    _device.Download(y.Slice(0, new Shape(height * k)), c.Slice(row * k, height * k));
                    continue;
                }
                for (int i = 0; i < height; i++) _device.Download(y.Slice((long)i * width, new Shape(width)), c.Slice((row + i) * k + column, width));
            }
        }
    }

    /// <summary>a (n, p)ᵀ · b (n, q), as (p, q); summed in float64 over blocks of rows.</summary>
    public double[] TransposedMultiply(ReadOnlySpan<float> a, int p, ReadOnlySpan<float> b, int q)
    {
        var sum = new double[p * q];
        TransposedMultiply(a, p, b, q, sum);
        return sum;
    }

    /// <param name="sum">(p, q), overwritten.</param>
    public void TransposedMultiply(ReadOnlySpan<float> a, int p, ReadOnlySpan<float> b, int q, Span<double> sum)
    {
        int n = a.Length / p, blocks = (n + SumBlock - 1) / SumBlock, rows = (n + blocks - 1) / Math.Max(blocks, 1);
        sum.Clear();
        if (n == 0) return;
        var part = _part.Of(p * q).AsSpan(0, p * q);
        var plan = Plan(rows, q, p);
        var (x, dw, dy, workspace) = Tensors(plan, new Shape(rows, q), new Shape(p, q), new Shape(rows, p));
        for (int row = 0; row < n; row += rows)
        {
            int height = Math.Min(rows, n - row);
            if (height < rows)
            {
                _device.FillBytes(x, 0);
                _device.FillBytes(dy, 0);
            }
            _device.Upload(b.Slice(row * q, height * q), x.Slice(0, new Shape(height * q)));
            _device.Upload(a.Slice(row * p, height * p), dy.Slice(0, new Shape(height * p)));
            plan.BackwardWeights(x, dy, dw, GradientWrite.Overwrite, workspace);
            _device.Download(dw, part);
            for (int i = 0; i < sum.Length; i++) sum[i] += part[i];
        }
    }

    public void Dispose()
    {
        _arena?.Dispose();
        _device.Dispose();
    }

    private Linear Plan(int n, int inFeatures, int outFeatures)
    {
        if (!_plans.TryGetValue((n, inFeatures, outFeatures), out var plan)) _plans[(n, inFeatures, outFeatures)] = plan = Linear.Plan(_device, n, inFeatures, outFeatures);
        return plan;
    }

    private (TensorView X, TensorView W, TensorView Y, TensorView Workspace) Tensors(Linear plan, Shape x, Shape w, Shape y)
    {
        long atW = Arena.Align(4 * x.Count), atY = atW + Arena.Align(4 * w.Count), atWorkspace = atY + Arena.Align(4 * y.Count);
        long workspace = Math.Max(Arena.Align(plan.WorkspaceBytes), Arena.Alignment), bytes = atWorkspace + workspace;
        if (_arena is null || _arena.Bytes < bytes)
        {
            _arena?.Dispose();
            _arena = _device.Allocate(bytes);
        }
        return (_arena.View(0, x), _arena.View(atW, w), _arena.View(atY, y), _arena.View(atWorkspace, new Shape((int)(workspace / 4))));
    }
}
