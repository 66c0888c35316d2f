using System.Runtime.InteropServices;
using NativeTrainer.PtxExecutor.Memory;

namespace NativeTrainer.PtxExecutor.Tests;

/// <summary>Runs a kernel written in a few lines. It finds its input in %in, its output in %out (64-bit addresses) and the thread's number in %t.</summary>
internal static unsafe class Snippet
{
    private const string Frame = """
        .version 7.8
        .target sm_80
        .address_size 64
        .visible .entry snippet(.param .b64 input, .param .b64 output)
        {
            .reg .pred %p<8>;
            .reg .b16 %h<8>;
            .reg .b32 %r<64>;
            .reg .b64 %rd<16>;
            .reg .f32 %f<64>;
            .reg .f64 %d<16>;
            .reg .b32 %t;
            .reg .b64 %in, %out, %at;
            .shared .align 16 .b8 tile[4096];
            ld.param.b64 %in, [input];
            ld.param.b64 %out, [output];
            mov.u32 %t, %tid.x;
        BODY
            ret;
        }
        """;

    /// <summary>Outputs of a launch of one block or more.</summary>
    /// <param name="body">Instructions.</param>
    /// <param name="input">Read-only to the kernel by habit, not by force.</param>
    /// <param name="outputs">Elements of the output, unwritten at the start.</param>
    public static TOut[] Run<TIn, TOut>(string body, TIn[] input, int outputs, int threads = 32, int blocks = 1) where TIn : unmanaged where TOut : unmanaged
    {
        var kernel = PtxKernel.Parse(Frame.Replace("BODY", body));
        long inputBytes = Math.Max(16, (long)input.Length * sizeof(TIn)), outputBytes = (long)outputs * sizeof(TOut);
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)(inputBytes + outputBytes + 512), 256);
        try
        {
            byte* output = memory + (inputBytes + 255) / 256 * 256;
            input.CopyTo(new Span<TIn>(memory, input.Length));
            var global = new PtxMemory();
            global.Register((nint)memory, inputBytes + outputBytes + 512);
            global.MarkWritten((nint)memory, (long)input.Length * sizeof(TIn));
            kernel.Run(global, blocks, threads, MemoryMarshal.AsBytes<long>([(long)memory, (long)output]),
                [new((long)memory, (long)memory + (long)input.Length * sizeof(TIn)), new((long)output, (long)output + outputBytes)]);
            return new Span<TOut>(output, outputs).ToArray();
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    /// <summary>A fault that a kernel must end in.</summary>
    public static PtxFault Fault(string body, int threads = 32, int blocks = 1, int outputs = 64) => Assert.Throws<PtxFault>(() => Run<uint, uint>(body, new uint[64], outputs, threads, blocks));

    /// <summary>Each thread's output word: an address in %at.</summary>
    public const string OutputWord = "mul.wide.u32 %at, %t, 4; add.s64 %at, %out, %at;";

    /// <summary>Each thread's input word: an address in %at.</summary>
    public const string InputWord = "mul.wide.u32 %at, %t, 4; add.s64 %at, %in, %at;";
}
