using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Tests.Devices;

/// <summary>What is said where no card can be used.</summary>
public sealed class CudaDriverTests
{
    [Fact]
    public void NoDriver() => Assert.StartsWith("no NVIDIA driver was found", CudaDriver.Problem(null));

    [Theory]
    [InlineData(10020, 0, 0, 1, "the NVIDIA driver is too old: it speaks CUDA 10.2, 11.0 or later is needed; update the driver")]
    [InlineData(12040, 803, 0, 1, "the NVIDIA driver does not start: no can do (error 803)")]
    [InlineData(12040, 0, 3, 1, "the NVIDIA driver does not list its cards: no can do (error 3)")]
    [InlineData(12040, 0, 0, 0, "the NVIDIA driver has no card")]
    [InlineData(11000, 0, 0, 1, null)]
    public void ADriverThatWillNotDoIsNamed(int version, int startError, int listError, int cards, string? expected)
        => Assert.Equal(expected, CudaDriver.Problem(new Driver(version, startError, listError, cards)));

    [Theory]
    [InlineData("cuda", 0)]
    [InlineData("cuda:0", 0)]
    [InlineData("cuda:7", 7)]
    public void ACardsNumber(string name, int index) => Assert.Equal(index, CudaCards.Index(name));

    [Theory]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:x")]
    [InlineData("gpu")]
    public void NoCardsName(string name) => Assert.Contains($"'{name}' is not known", Assert.Throws<ArgumentException>(() => CudaCards.Index(name)).Message);

    [Fact]
    public void ACardThatIsNotThere()
        => Assert.Equal("'cuda:7' is not there; this machine has cuda:0 (H100)", Assert.Throws<ArgumentException>(() => CudaCards.RequireCard(7, ["H100"])).Message);

    private sealed class Driver(int version, int startError, int listError, int cards) : ICudaStart
    {
        public int Version(out int have)
        {
            have = version;
            return 0;
        }

        public int Initialise() => startError;

        public int Cards(out int count)
        {
            count = cards;
            return listError;
        }

        public string Describe(int error) => $"no can do (error {error})";
    }
}
