namespace NativeTrainer.PtxExecutor.Tests;

/// <summary>The fragment layouts of the PTX ISA manual, written out once more from its figures: lane l, g = l / 4, t = l mod 4.</summary>
public sealed class MatrixTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LoadMatrix(bool transposed)
    {
        // Element (matrix m, row r, column c) is 1000m + 10r + c; row r of matrix m lies at 16·(8m + r).
        ushort[] input = [.. Enumerable.Range(0, 256).Select(i => (ushort)(i / 64 * 1000 + i / 8 % 8 * 10 + i % 8))];
        string body = $$"""
            mul.wide.u32 %at, %t, 16; add.s64 %rd1, %in, %at; add.s64 %rd2, %out, %at;
            mul.lo.u32 %r1, %t, 16; mov.u32 %r2, tile; add.u32 %r1, %r1, %r2;
            ld.global.v4.u32 {%r4, %r5, %r6, %r7}, [%rd1];
            st.shared.v4.u32 [%r1], {%r4, %r5, %r6, %r7};
            bar.sync 0;
            ldmatrix.sync.aligned.m8n8.x4{{(transposed ? ".trans" : "")}}.shared.b16 {%r8, %r9, %r10, %r11}, [%r1];
            st.global.v4.u32 [%rd2], {%r8, %r9, %r10, %r11};
            """;
        var result = Snippet.Run<ushort, ushort>(body, input, 256);
        for (int lane = 0; lane < 32; lane++)
            for (int matrix = 0; matrix < 4; matrix++)
                for (int half = 0; half < 2; half++)
                {
                    int row = transposed ? lane % 4 * 2 + half : lane / 4, column = transposed ? lane / 4 : lane % 4 * 2 + half;
                    Assert.Equal(matrix * 1000 + row * 10 + column, result[lane * 8 + matrix * 2 + half]);
                }
    }

    [Fact]
    public void ProductOfBf16()
    {
        // Small whole numbers: every product and sum is exact, so a wrong place of any element shows.
        float A(int row, int k) => (row * 7 + k * 3) % 11 - 5;
        float B(int k, int column) => (k * 5 + column * 2) % 13 - 6;
        float C(int row, int column) => row - 2 * column;
        var input = new uint[32 * 10];
        for (int lane = 0; lane < 32; lane++)
        {
            int g = lane / 4, t = lane % 4;
            uint[] words =
            [
                Pair(A(g, 2 * t), A(g, 2 * t + 1)), Pair(A(g + 8, 2 * t), A(g + 8, 2 * t + 1)), Pair(A(g, 2 * t + 8), A(g, 2 * t + 9)), Pair(A(g + 8, 2 * t + 8), A(g + 8, 2 * t + 9)),
                Pair(B(2 * t, g), B(2 * t + 1, g)), Pair(B(2 * t + 8, g), B(2 * t + 9, g)),
                Bits(C(g, 2 * t)), Bits(C(g, 2 * t + 1)), Bits(C(g + 8, 2 * t)), Bits(C(g + 8, 2 * t + 1)),
            ];
            words.CopyTo(input, lane * 10);
        }
        CheckProduct("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32", input, 16, A, B, C);
    }

    [Fact]
    public void ProductOfTf32()
    {
        float A(int row, int k) => (row * 7 + k * 3) % 11 - 5;
        float B(int k, int column) => (k * 5 + column * 2) % 13 - 6;
        float C(int row, int column) => row - 2 * column;
        var input = new uint[32 * 10];
        for (int lane = 0; lane < 32; lane++)
        {
            int g = lane / 4, t = lane % 4;
            // The low 13 bits of tf32 operands do not count.
            uint[] words =
            [
                Bits(A(g, t)) | 0x1FFF, Bits(A(g + 8, t)), Bits(A(g, t + 4)), Bits(A(g + 8, t + 4)), Bits(B(t, g)), Bits(B(t + 4, g)) | 1,
                Bits(C(g, 2 * t)), Bits(C(g, 2 * t + 1)), Bits(C(g + 8, 2 * t)), Bits(C(g + 8, 2 * t + 1)),
            ];
            words.CopyTo(input, lane * 10);
        }
        CheckProduct("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32", input, 8, A, B, C);
    }

    private static void CheckProduct(string instruction, uint[] input, int depth, Func<int, int, float> a, Func<int, int, float> b, Func<int, int, float> c)
    {
        string loads = string.Concat(Enumerable.Range(0, 10).Select(i => $"ld.global.u32 %r{i}, [%rd1+{4 * i}];"));
        string body = $$"""
            mul.wide.u32 %at, %t, 40; add.s64 %rd1, %in, %at;
            mul.wide.u32 %at, %t, 16; add.s64 %rd2, %out, %at;
            {{loads}}
            {{instruction}} {%f0, %f1, %f2, %f3}, {%r0, %r1, %r2, %r3}, {%r4, %r5}, {%r6, %r7, %r8, %r9};
            st.global.v4.f32 [%rd2], {%f0, %f1, %f2, %f3};
            """;
        var result = Snippet.Run<uint, float>(body, input, 128);
        for (int lane = 0; lane < 32; lane++)
            for (int i = 0; i < 4; i++)
            {
                int row = lane / 4 + i / 2 * 8, column = lane % 4 * 2 + i % 2;
                float expected = c(row, column);
                for (int k = 0; k < depth; k++) expected += a(row, k) * b(k, column);
                Assert.Equal(expected, result[lane * 4 + i]);
            }
    }

    private static uint Bits(float value) => BitConverter.SingleToUInt32Bits(value);

    private static uint Pair(float low, float high) => Bits(low) >> 16 | Bits(high) & 0xFFFF0000;
}
