namespace NativeTrainer.Kernels.Conv2d;

/// <summary>A convolution's extents as kernels take them.</summary>
internal readonly struct ConvGeometry(Conv2dShape shape)
{
    public readonly int N = shape.N, H = shape.H, W = shape.W, C = shape.C, K = shape.K, R = shape.R, S = shape.S, P = shape.P, Q = shape.Q;
    public readonly int StrideH = shape.StrideH, StrideW = shape.StrideW, PadTop = shape.PadTop, PadLeft = shape.PadLeft;

    /// <summary>Depth of fprop: taps × input channels.</summary>
    public int TapChannels => R * S * C;

    public int OutputPixels => N * P * Q;

    public int InputPixels => N * H * W;
}
