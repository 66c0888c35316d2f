using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeTrainer.Imaging;

/// <summary>The two passes of a resize. Scalar equivalent of both: out = clamp((Σ weight·pixel + ½) &gt;&gt; <see cref="ResizeWeights.FractionBits"/>, 0, 255).</summary>
internal static unsafe class ResizePasses
{
    /// <summary>Bytes that <see cref="Horizontal"/> may write behind its last row.</summary>
    public const int Slack = 1;

    private const int Half = 1 << (ResizeWeights.FractionBits - 1);

    /// <summary>Source rows first … first + rows − 1 to (rows, target width, 3) and <see cref="Slack"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Horizontal(RgbImage source, int first, int rows, ResizeWeights plan, byte[] target)
    {
        int width = plan.Count;
        if (target.Length < (long)rows * width * 3 + Slack) throw new ArgumentException($"{target.Length} bytes for {rows} rows of {width} pixels", nameof(target));
        fixed (byte* pixels = source.Pixels, start = target)
        fixed (int* weights = plan.Weights, starts = plan.Starts, counts = plan.Counts)
        {
            for (int row = 0; row < rows; row++)
            {
                byte* from = pixels + (long)(first + row) * source.Width * 3, to = start + (long)row * width * 3;
                // Four bytes are read for a pixel and written for one: what is too much lies in the next pixel, but for the picture's very last.
                bool last = first + row == source.Height - 1;
                int* w = weights;
                for (int x = 0; x < width; x++, w += plan.Taps, to += 3)
                {
                    int count = counts[x];
                    byte* pixel = from + starts[x] * 3;
                    if (last && starts[x] + count == source.Width)
                    {
                        LastPixel(pixel, w, count, to);
                        continue;
                    }
                    var sum = Vector128.Create(Half);
                    for (int i = 0; i < count; i++, pixel += 3) sum += Widen(pixel) * w[i];
                    // Lanes 0-2 are R, G, B; lane 3 is the next pixel's and is overwritten by the next store.
                    Unsafe.WriteUnaligned(to, Vector128.Shuffle(Clamp(sum).AsByte(), Vector128.Create((byte)0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)).AsUInt32().ToScalar());
                }
            }
        }
    }

    /// <summary>Rows from <paramref name="first"/> on, of <paramref name="rowBytes"/> each, to (target height, rowBytes).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Vertical(byte[] rows, int first, int rowBytes, ResizeWeights plan, byte[] target)
    {
        for (int y = 0; y < plan.Count; y++)
        {
            var weights = plan.Weights.AsSpan(y * plan.Taps, plan.Counts[y]);
            VerticalRow(rows.AsSpan((plan.Starts[y] - first) * rowBytes, weights.Length * rowBytes), rowBytes, weights, target.AsSpan(y * rowBytes, rowBytes));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Widen(byte* pixel)
        => Sse41.IsSupported ? Sse41.ConvertToVector128Int32(pixel) : Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(Unsafe.ReadUnaligned<uint>(pixel)).AsByte())).AsInt32();

    private static void LastPixel(byte* from, int* weights, int count, byte* to)
    {
        for (int c = 0; c < 3; c++)
        {
            int sum = Half;
            for (int i = 0; i < count; i++) sum += from[i * 3 + c] * weights[i];
            to[c] = Clamp(sum);
        }
    }

    // 16 bytes of the row at a time; the last rowBytes mod 16 go one by one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void VerticalRow(ReadOnlySpan<byte> rows, int rowBytes, ReadOnlySpan<int> weights, Span<byte> to)
    {
        int x = 0;
        fixed (byte* from = rows, result = to)
        {
            if (Avx512F.IsSupported)
            {
                for (; x + 16 <= rowBytes; x += 16)
                {
                    var sum = Vector512.Create(Half);
                    byte* at = from + x;
                    for (int i = 0; i < weights.Length; i++, at += rowBytes) sum += Avx512F.ConvertToVector512Int32(Vector128.Load(at)) * weights[i];
                    sum = Vector512.Min(Vector512.Max(sum >> ResizeWeights.FractionBits, Vector512<int>.Zero), Vector512.Create(255));
                    Vector128.Store(Avx512F.ConvertToVector128Byte(sum), result + x);
                }
            }
            for (; x + 16 <= rowBytes; x += 16)
            {
                var (a, b, c, d) = (Vector128.Create(Half), Vector128.Create(Half), Vector128.Create(Half), Vector128.Create(Half));
                byte* at = from + x;
                for (int i = 0; i < weights.Length; i++, at += rowBytes)
                {
                    var (low, high) = Vector128.Widen(Vector128.Load(at));
                    int weight = weights[i];
                    a += Vector128.WidenLower(low).AsInt32() * weight;
                    b += Vector128.WidenUpper(low).AsInt32() * weight;
                    c += Vector128.WidenLower(high).AsInt32() * weight;
                    d += Vector128.WidenUpper(high).AsInt32() * weight;
                }
                var words = Vector128.Narrow(Clamp(a), Clamp(b));
                Vector128.Store(Vector128.Narrow(words.AsUInt16(), Vector128.Narrow(Clamp(c), Clamp(d)).AsUInt16()), result + x);
            }
            for (; x < rowBytes; x++)
            {
                int sum = Half;
                for (int i = 0; i < weights.Length; i++) sum += from[i * rowBytes + x] * weights[i];
                result[x] = Clamp(sum);
            }
        }
    }

    private static Vector128<int> Clamp(Vector128<int> sums)
        => Vector128.Min(Vector128.Max(sums >> ResizeWeights.FractionBits, Vector128<int>.Zero), Vector128.Create(255));

    private static byte Clamp(int sum) => (byte)Math.Clamp(sum >> ResizeWeights.FractionBits, 0, 255);
}
