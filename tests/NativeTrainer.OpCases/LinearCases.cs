using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Linear;

namespace NativeTrainer.OpCases;

/// <summary>y = x·wᵀ + bias and its gradients.</summary>
public static class LinearCases
{
    private static readonly (int N, int In, int Out)[] Shapes = [(1, 1, 1), (3, 17, 5), (16, 512, 10), (7, 130, 33), (2, 700, 20), (33, 12, 64)];

    public static IEnumerable<OpCase> All => Shapes.SelectMany(s => Of(s.N, s.In, s.Out, false)).Concat(Of(16, 512, 1000, true)).Concat(Of(16, 2048, 1000, true));

    private static IEnumerable<OpCase> Of(int n, int inputs, int outputs, bool benchmark)
    {
        string shape = $"{n}×{inputs}→{outputs}";
        Shape x = new(n, inputs), w = new(outputs, inputs), y = new(n, outputs), perOutput = new(outputs);
        CallCase<Linear> Call(string name, TensorSpec[] tensors, Action<Linear, TensorView[], TensorView> run, Action<double[][], double[][]> reference)
            => new($"linear/{name} {shape}", tensors, device => Linear.Plan(device, n, inputs, outputs), run, reference, benchmark);

        yield return Call("forward", [Operand.Input("x", x), Operand.Input("w", w), Operand.Output("y", y)], (op, t, space) => op.Forward(t[0], t[1], default, t[2], space),
            (v, bounds) => Product(v[0], v[1], v[2], bounds[2], n, outputs, inputs, (i, k) => i * inputs + k, (k, j) => j * inputs + k, _ => 0));
        if (benchmark) yield break;
        yield return Call("forward bias", [Operand.Input("x", x), Operand.Input("w", w), Operand.Input("bias", perOutput), Operand.Output("y", y)],
            (op, t, space) => op.Forward(t[0], t[1], t[2], t[3], space),
            (v, bounds) => Product(v[0], v[1], v[3], bounds[3], n, outputs, inputs, (i, k) => i * inputs + k, (k, j) => j * inputs + k, j => v[2][j]));
        foreach (var write in Operand.Writes)
        {
            yield return Call($"data {write}", [Operand.Input("dy", y), Operand.Input("w", w), Operand.Gradient("dx", x, write)], (op, t, space) => op.BackwardData(t[0], t[1], t[2], write, space),
                (v, bounds) => Product(v[0], v[1], v[2], bounds[2], n, inputs, outputs, (i, k) => i * outputs + k, (k, j) => k * inputs + j, _ => 0, write));
            yield return Call($"weights {write}", [Operand.Input("x", x), Operand.Input("dy", y), Operand.Gradient("dw", w, write)], (op, t, space) => op.BackwardWeights(t[0], t[1], t[2], write, space),
                (v, bounds) => Product(v[1], v[0], v[2], bounds[2], outputs, inputs, n, (i, k) => k * outputs + i, (k, j) => k * inputs + j, _ => 0, write));
            yield return Call($"bias {write}", [Operand.Input("dy", y), Operand.Gradient("db", perOutput, write)], (op, t, space) => op.BackwardBias(t[0], t[1], write, space),
                (v, bounds) => Product([.. Enumerable.Repeat(1.0, n)], v[0], v[1], bounds[1], 1, outputs, n, (_, k) => k, (k, j) => k * outputs + j, _ => 0, write));
        }
    }

    /// <summary>result (rows, columns) = Σₖ a·b + start; an Add begins with what is there.</summary>
    private static void Product(double[] a, double[] b, double[] result, double[] bounds, int rows, int columns, int depth, Func<int, int, int> indexA, Func<int, int, int> indexB,
        Func<int, double> start, GradientWrite write = GradientWrite.Overwrite)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                double sum = start(j) + (write == GradientWrite.Add ? result[i * columns + j] : 0), magnitude = Math.Abs(sum);
                for (int k = 0; k < depth; k++)
                {
                    double term = a[indexA(i, k)] * b[indexB(k, j)];
                    (sum, magnitude) = (sum + term, magnitude + Math.Abs(term));
                }
                result[i * columns + j] = sum;
                bounds[i * columns + j] = Tolerance.Reduction(depth + 1, magnitude, sum);
            }
        }
    }
}
