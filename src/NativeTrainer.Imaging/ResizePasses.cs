using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeTrainer.Imaging;

/// <summary>The two passes of a resize. Scalar equivalent of both: out = clamp((Σ weight·pixel + ½) &gt;&gt; <see cref="ResizeWeights.FractionBits"/>, 0, 255).</summary>
internal static class ResizePasses
{
    private const int Half = 1 << (ResizeWeights.FractionBits - 1);

    /// <summary>Source rows first … first + rows − 1 to (rows, target width, 3).</summary>
    public static void Horizontal(RgbImage source, int first, int rows, ResizeWeights plan, byte[] target)
    {
        int width = plan.Count;
        for (int row = 0; row < rows; row++)
        {
            var from = source.Pixels.AsSpan((first + row) * source.Width * 3, source.Width * 3);
            var to = target.AsSpan(row * width * 3, width * 3);
            for (int x = 0; x < width; x++)
            {
                var weights = plan.Weights.AsSpan(x * plan.Taps, plan.Counts[x]);
                HorizontalPixel(from[(plan.Starts[x] * 3)..], weights, to.Slice(x * 3, 3));
            }
        }
    }

    /// <summary>Rows from <paramref name="first"/> on, of <paramref name="rowBytes"/> each, to (target height, rowBytes).</summary>
    public static void Vertical(byte[] rows, int first, int rowBytes, ResizeWeights plan, byte[] target)
    {
        for (int y = 0; y < plan.Count; y++)
        {
            var weights = plan.Weights.AsSpan(y * plan.Taps, plan.Counts[y]);
            VerticalRow(rows.AsSpan((plan.Starts[y] - first) * rowBytes), rowBytes, weights, target.AsSpan(y * rowBytes, rowBytes));
        }
    }

    // Lanes 0-2 are R, G, B of one source pixel; lane 3 is the next pixel's R and is thrown away. The row's last pixel has no fourth byte, so it goes alone.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void HorizontalPixel(ReadOnlySpan<byte> from, ReadOnlySpan<int> weights, Span<byte> to)
    {
        var sum = Vector128.Create(Half);
        int i = 0;
        for (; i < weights.Length && i * 3 + 4 <= from.Length; i++)
        {
            uint pixel = Unsafe.ReadUnaligned<uint>(in from[i * 3]);
            var lanes = Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(pixel).AsByte())).AsInt32();
            sum += lanes * weights[i];
        }
        int red = sum[0], green = sum[1], blue = sum[2];
        for (; i < weights.Length; i++)
        {
            red += from[i * 3] * weights[i];
            green += from[i * 3 + 1] * weights[i];
            blue += from[i * 3 + 2] * weights[i];
        }
        (to[0], to[1], to[2]) = (Clamp(red), Clamp(green), Clamp(blue));
    }

    // Lane i of the four accumulators is byte x + i of the row; the last rowBytes mod 16 bytes go one by one.
    private static void VerticalRow(ReadOnlySpan<byte> rows, int rowBytes, ReadOnlySpan<int> weights, Span<byte> to)
    {
        int x = 0;
        for (; x + 16 <= rowBytes; x += 16)
        {
            var (a, b, c, d) = (Vector128.Create(Half), Vector128.Create(Half), Vector128.Create(Half), Vector128.Create(Half));
            for (int i = 0; i < weights.Length; i++)
            {
                var bytes = Vector128.Create(rows.Slice(i * rowBytes + x, 16));
                var (low, high) = Vector128.Widen(bytes);
                int weight = weights[i];
                a += Vector128.WidenLower(low).AsInt32() * weight;
                b += Vector128.WidenUpper(low).AsInt32() * weight;
                c += Vector128.WidenLower(high).AsInt32() * weight;
                d += Vector128.WidenUpper(high).AsInt32() * weight;
            }
            var words = Vector128.Narrow(Clamp(a), Clamp(b));
            Vector128.Narrow(words.AsUInt16(), Vector128.Narrow(Clamp(c), Clamp(d)).AsUInt16()).CopyTo(to[x..]);
        }
        for (; x < rowBytes; x++)
        {
            int sum = Half;
            for (int i = 0; i < weights.Length; i++) sum += rows[i * rowBytes + x] * weights[i];
            to[x] = Clamp(sum);
        }
    }

    private static Vector128<int> Clamp(Vector128<int> sums)
        => Vector128.Min(Vector128.Max(sums >> ResizeWeights.FractionBits, Vector128<int>.Zero), Vector128.Create(255));

    private static byte Clamp(int sum) => (byte)Math.Clamp(sum >> ResizeWeights.FractionBits, 0, 255);
}
