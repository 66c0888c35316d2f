using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Tests.Devices;

public sealed unsafe class WorkerTeamTests
{
    public static TheoryData<int> ThreadCounts => [1, 2, 3, 4, 5, 8];

    /// <summary>Sleeping and spinning workers, more and fewer chunks than threads: a lost wake-up hangs, a lost or doubled chunk miscounts.</summary>
    [Theory]
    [MemberData(nameof(ThreadCounts))]
    public void EveryChunkRunsOnceInThousandsOfTinyLoops(int threads)
    {
        using var team = new WorkerTeam(threads);
        int[] chunkCounts = [0, 1, 2, 3, 7, 64];
        var hits = GC.AllocateArray<int>(64, pinned: true);
        fixed (int* counts = hits)
        {
            for (int loop = 0; loop < 2000; loop++)
            {
                // Now and then the caller dawdles, so that the workers have gone to sleep.
                if (loop % 200 == 0) Thread.Sleep(2);
                int chunks = chunkCounts[loop % chunkCounts.Length];
                new Span<int>(counts, 64).Clear();
                team.For(chunks, new Count(counts, threads));
                for (int chunk = 0; chunk < 64; chunk++) Assert.Equal(chunk < chunks ? 1 : 0, counts[chunk]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(ThreadCounts))]
    public void AFailingChunkReachesTheCallerAndTheTeamGoesOn(int threads)
    {
        using var team = new WorkerTeam(threads);
        var hits = GC.AllocateArray<int>(64, pinned: true);
        fixed (int* counts = hits)
        {
            for (int round = 0; round < 20; round++)
            {
                var error = Assert.ThrowsAny<Exception>(() => team.For(64, new FailAt(round * 3)));
                Assert.Contains("chunk", (error.InnerException ?? error).Message);
                new Span<int>(counts, 64).Clear();
                team.For(64, new Count(counts, threads));
                Assert.All(hits, hit => Assert.Equal(1, hit));
            }
        }
    }

    [Fact]
    public void ALoopAllocatesNothing()
    {
        using var team = new WorkerTeam(4);
        var hits = GC.AllocateArray<int>(64, pinned: true);
        fixed (int* counts = hits)
        {
            var body = new Count(counts, 4);
            // The runtime itself may allocate when it compiles a method again; a loop that allocates does so every time.
            Assert.Equal(0, Enumerable.Range(0, 3).Min(_ => Allocated(team, body)));
        }
    }

    private static long Allocated(WorkerTeam team, Count body)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) team.For(64, body);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    [Fact]
    public void ScratchIsPrivateAlignedAndGrows()
    {
        using var team = new WorkerTeam(3);
        team.ReserveScratch(100);
        team.ReserveScratch(5000);
        team.ReserveScratch(10);
        var seen = new HashSet<nint>();
        for (int worker = 0; worker < 3; worker++)
        {
            byte* scratch = team.Scratch(worker);
            new Span<byte>(scratch, 5000).Fill((byte)worker);
            Assert.True(seen.Add((nint)scratch));
            Assert.Equal(0, (nint)scratch % 64);
        }
        for (int worker = 0; worker < 3; worker++) Assert.Equal(-1, new Span<byte>(team.Scratch(worker), 5000).IndexOfAnyExcept((byte)worker));
    }

    private readonly struct Count(int* counts, int threads) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            if (worker < 0 || worker >= threads) throw new InvalidOperationException($"chunk {chunk} on worker {worker} of {threads}");
            Interlocked.Increment(ref counts[chunk]);
        }
    }

    private readonly struct FailAt(int failing) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            if (chunk == failing) throw new InvalidOperationException($"chunk {chunk}");
        }
    }
}
