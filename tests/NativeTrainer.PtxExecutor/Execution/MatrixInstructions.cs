using System.Numerics;
using System.Runtime.Intrinsics;

namespace NativeTrainer.PtxExecutor.Execution;

/// <summary>
/// ldmatrix .m8n8 of 16-bit elements, ×1, ×2 or ×4: lane 8i + j names row j of matrix i; lane l gets elements 2(l mod 4), +1 of row l/4, or transposed, rows
/// 2(l mod 4), +1 of column l/4 (PTX ISA, "Warp-level matrix load instruction").
/// </summary>
internal sealed unsafe class LoadMatrix(Slot[] d, AddressSlot address, bool transposed) : Instruction
{
    public override void Execute(Warp warp, uint mask)
    {
        if (mask != uint.MaxValue) throw warp.Fault(this, PtxFaultKind.Divergence, BitOperations.TrailingZeroCount(~mask), "ldmatrix needs all 32 lanes");
        ushort* rows = stackalloc ushort[64];
        for (int matrix = 0; matrix < d.Length; matrix++)
        {
            int banks = 0;
            for (int row = 0; row < 8; row++)
            {
                int lane = matrix * 8 + row;
                long at = address.Of(warp, lane);
                byte* source = SharedAccess.At(warp, this, at, 16, 16, lane, false);
                Buffer.MemoryCopy(source, rows + row * 8, 16, 16);
                banks |= 1 << (int)(at / 16 & 7);
            }
            warp.Launch.Counts.MatrixLoadWays = Math.Max(warp.Launch.Counts.MatrixLoadWays, 8 / BitOperations.PopCount((uint)banks));
            var result = (uint*)(warp.Registers + d[matrix].Offset);
            for (int lane = 0; lane < 32; lane++)
            {
                int line = lane / 4, pair = lane % 4 * 2;
                result[lane] = transposed ? rows[pair * 8 + line] | (uint)rows[(pair + 1) * 8 + line] << 16 : ((uint*)rows)[lane];
            }
        }
    }
}

/// <summary>
/// mma.sync m16n8k16 of bf16 or f16 and m16n8k8 of tf32, with float32 sums. Products are exact and added in float64, then rounded once: hardware rounds at
/// each step of its own, so results differ in the last bits.
/// Fragments (PTX ISA, "Matrix fragments for mma.m16n8k16"), g = lane/4, t = lane mod 4: a0 (g, 2t…), a1 (g+8, 2t…), a2 (g, 2t+8…), a3 (g+8, 2t+8…);
/// b0 (2t…, g), b1 (2t+8…, g); c0, c1 (g, 2t…), c2, c3 (g+8, 2t…). tf32: a0 (g, t), a1 (g+8, t), a2 (g, t+4), a3 (g+8, t+4); b0 (t, g), b1 (t+4, g).
/// </summary>
internal sealed unsafe class MultiplyMatrices(Slot[] d, Slot[] a, Slot[] b, Slot[] c, MatrixElement element) : Instruction
{
    private const int Rows = 16, Columns = 8;

    public override void Execute(Warp warp, uint mask)
    {
        if (mask != uint.MaxValue) throw warp.Fault(this, PtxFaultKind.Divergence, BitOperations.TrailingZeroCount(~mask), "mma needs all 32 lanes");
        int depth = element == MatrixElement.Tf32 ? 8 : 16;
        double* left = stackalloc double[Rows * 16], right = stackalloc double[16 * Columns], sums = stackalloc double[Rows * Columns];
        for (int lane = 0; lane < 32; lane++)
        {
            int g = lane / 4, t = lane % 4;
            for (int i = 0; i < 4; i++)
            {
                uint bits = Bits(warp, a[i], lane);
                int row = g + (i & 1) * 8;
                if (element == MatrixElement.Tf32) left[row * depth + t + (i >> 1) * 4] = Tf32(bits);
                else (left[row * depth + t * 2 + (i >> 1) * 8], left[row * depth + t * 2 + 1 + (i >> 1) * 8]) = Pair(bits);
            }
            for (int i = 0; i < 2; i++)
            {
                uint bits = Bits(warp, b[i], lane);
                if (element == MatrixElement.Tf32) right[(t + i * 4) * Columns + g] = Tf32(bits);
                else (right[(t * 2 + i * 8) * Columns + g], right[(t * 2 + 1 + i * 8) * Columns + g]) = Pair(bits);
            }
            for (int i = 0; i < 4; i++) sums[(g + (i >> 1) * 8) * Columns + t * 2 + (i & 1)] = BitConverter.UInt32BitsToSingle(Bits(warp, c[i], lane));
        }
        for (int row = 0; row < Rows; row++)
        {
            var sum = Vector512.Load(sums + row * Columns);
            for (int k = 0; k < depth; k++) sum += Vector512.Create(left[row * depth + k]) * Vector512.Load(right + k * Columns);
            Vector512.Store(sum, sums + row * Columns);
        }
        for (int lane = 0; lane < 32; lane++)
        {
            int g = lane / 4, t = lane % 4;
            for (int i = 0; i < 4; i++) ((float*)(warp.Registers + d[i].Offset))[lane] = (float)sums[(g + (i >> 1) * 8) * Columns + t * 2 + (i & 1)];
        }
        warp.Launch.Counts.MatrixProducts++;
    }

    private static uint Bits(Warp warp, Slot slot, int lane) => ((uint*)(warp.Registers + slot.Offset))[lane];

    /// <summary>Hardware ignores the 13 low bits.</summary>
    private static double Tf32(uint bits) => BitConverter.UInt32BitsToSingle(bits & ~0x1FFFu);

    private (double Low, double High) Pair(uint bits) => element == MatrixElement.Bf16
        ? (BitConverter.UInt32BitsToSingle(bits << 16), BitConverter.UInt32BitsToSingle(bits & 0xFFFF0000))
        : ((double)BitConverter.UInt16BitsToHalf((ushort)bits), (double)BitConverter.UInt16BitsToHalf((ushort)(bits >> 16)));
}

internal enum MatrixElement : byte
{
    Bf16, F16, Tf32,
}

/// <summary>shfl.sync: a lane's value from another, within segments.</summary>
internal sealed unsafe class Shuffle(Slot d, int? valid, Slot a, Slot b, Slot c, Slot members, string mode) : Instruction
{
    public override void Execute(Warp warp, uint mask)
    {
        uint* source = (uint*)(warp.Registers + a.Offset), result = (uint*)(warp.Registers + d.Offset);
        uint* old = stackalloc uint[32];
        for (int lane = 0; lane < 32; lane++) old[lane] = source[lane];
        uint inside = 0;
        for (uint lanes = mask; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes), by = (int)Lanes.Read(warp, b, lane) & 31, control = (int)Lanes.Read(warp, c, lane);
            if ((uint)Lanes.Read(warp, members, lane) != mask) throw warp.Fault(this, PtxFaultKind.Divergence, lane, "the member mask names lanes that are not here");
            int segment = control >> 8 & 31, clamp = control & 31, last = (lane & segment) | (clamp & ~segment), first = lane & segment;
            int from = mode switch { "up" => lane - by, "down" => lane + by, "bfly" => lane ^ by, _ => first | (by & ~segment) };
            bool reaches = mode == "up" ? from >= last : from <= last;
            if (!reaches) from = lane;
            else inside |= 1u << lane;
            if ((mask >> from & 1) == 0) throw warp.Fault(this, PtxFaultKind.InvalidOperand, lane, $"lane {from} is not here");
            result[lane] = old[from];
        }
        if (valid is { } predicate) Predicates.Merge(warp, predicate, inside, mask);
    }
}
