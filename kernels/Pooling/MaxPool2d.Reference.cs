namespace NativeTrainer.Kernels.Pooling;

/// <summary>Max pooling in float64, as plain as the textbook.</summary>
public static class MaxPool2dReference
{
    public static void Forward(Pool2dShape shape, double[] x, double[] y, double[]? argmax)
        => ForEachOutput(shape, (output, window) =>
        {
            double best = double.NegativeInfinity;
            int winner = -1;
            foreach (var (input, index) in window)
            {
                if (winner >= 0 && !(x[input] > best) && !double.IsNaN(x[input])) continue;
                (best, winner) = (x[input], index);
            }
            y[output] = best;
            if (argmax is not null) argmax[output] = winner;
        });

    public static void Backward(Pool2dShape shape, double[] dy, double[] argmax, double[] dx, GradientWrite write)
    {
        if (write == GradientWrite.Overwrite) Array.Clear(dx);
        ForEachOutput(shape, (output, window) =>
        {
            foreach (var (input, index) in window)
                if (index == (int)argmax[output]) dx[input] += dy[output];
        });
    }

    /// <summary>Calls with each output's flat index and its window's elements: flat input index and r·S + s, in row order, without padding.</summary>
    private static void ForEachOutput(Pool2dShape s, Action<int, List<(int Input, int Index)>> action)
    {
        for (int n = 0; n < s.N; n++)
            for (int p = 0; p < s.P; p++)
                for (int q = 0; q < s.Q; q++)
                    for (int c = 0; c < s.C; c++)
                    {
                        var window = new List<(int, int)>();
                        for (int r = 0; r < s.R; r++)
                            for (int k = 0; k < s.S; k++)
                            {
                                int h = p * s.StrideH - s.PadTop + r, w = q * s.StrideW - s.PadLeft + k;
                                if (h >= 0 && h < s.H && w >= 0 && w < s.W) window.Add((((n * s.H + h) * s.W + w) * s.C + c, r * s.S + k));
                            }
                        action(((n * s.P + p) * s.Q + q) * s.C + c, window);
                    }
    }
}
