namespace NativeTrainer.Weights.Onnx;

/// <summary>The geometry of a Conv or pool node on an input (N, C, H, W): sizes in pixels, P × Q of the output.</summary>
internal readonly record struct OnnxWindow
{
    public int H { get; private init; }

    public int W { get; private init; }

    public int R { get; private init; }

    public int S { get; private init; }

    public int StrideH { get; private init; }

    public int StrideW { get; private init; }

    public int PadTop { get; private init; }

    public int PadLeft { get; private init; }

    public int PadBottom { get; private init; }

    public int PadRight { get; private init; }

    public int DilationH { get; private init; }

    public int DilationW { get; private init; }

    public int P { get; private init; }

    public int Q { get; private init; }

    public static OnnxWindow Of(OnnxNode node, int[] input, int r, int s)
    {
        int[] strides = node.Ints("strides") ?? [1, 1], dilations = node.Ints("dilations") ?? [1, 1], pads = node.Ints("pads") ?? [0, 0, 0, 0];
        if (input.Length != 4 || strides.Length != 2 || dilations.Length != 2 || pads.Length != 4) throw new OnnxRefusal(node, "does not work on 2-D images");
        if (r < 1 || s < 1 || strides.Concat(dilations).Any(v => v < 1)) throw new OnnxRefusal(node, $"has a window of {r} × {s} with strides {string.Join(", ", strides)} and dilations {string.Join(", ", dilations)}");
        int h = input[2], w = input[3];
        int reachH = checked((r - 1) * dilations[0] + 1), reachW = checked((s - 1) * dilations[1] + 1);
        string automatic = node.Text("auto_pad", "NOTSET");
        if (automatic is "SAME_UPPER" or "SAME_LOWER")
        {
            int totalH = Math.Max((Up(h, strides[0]) - 1) * strides[0] + reachH - h, 0), totalW = Math.Max((Up(w, strides[1]) - 1) * strides[1] + reachW - w, 0);
            pads = automatic == "SAME_UPPER"
                ? [totalH / 2, totalW / 2, totalH - totalH / 2, totalW - totalW / 2]
                : [totalH - totalH / 2, totalW - totalW / 2, totalH / 2, totalW / 2];
        }
        // A window farther outside would see nothing but padding.
        if (pads.Any(p => p < 0) || Math.Max(pads[0], pads[2]) >= reachH || Math.Max(pads[1], pads[3]) >= reachW || Math.Max(pads[0], pads[2]) > h || Math.Max(pads[1], pads[3]) > w)
            throw new OnnxRefusal(node, $"pads by {string.Join(", ", pads)} pixels a picture of {w} × {h} for a window of {reachW} × {reachH}");
        bool ceil = node.Int("ceil_mode", 0) != 0;
        int p = Steps(h + pads[0] + pads[2] - reachH, strides[0], ceil, h + pads[0]), q = Steps(w + pads[1] + pads[3] - reachW, strides[1], ceil, w + pads[1]);
        if (p < 1 || q < 1) throw new OnnxRefusal(node, $"gets a picture of {w} × {h} pixels, smaller than its window; give a larger --size");
        return new OnnxWindow
        {
            H = h,
            W = w,
            R = r,
            S = s,
            StrideH = strides[0],
            StrideW = strides[1],
            PadTop = pads[0],
            PadLeft = pads[1],
            PadBottom = pads[2],
            PadRight = pads[3],
            DilationH = dilations[0],
            DilationW = dilations[1],
            P = p,
            Q = q,
        };
    }

    private static int Up(int value, int step) => (value + step - 1) / step;

    /// <summary>Output length; in ceil mode a last window must still start inside the picture or its first padding (PyTorch's rule).</summary>
    private static int Steps(int room, int stride, bool ceil, int startLimit)
    {
        if (room < 0) return 0;
        int steps = (ceil ? Up(room, stride) : room / stride) + 1;
        return ceil && (steps - 1) * stride >= startLimit ? steps - 1 : steps;
    }
}
