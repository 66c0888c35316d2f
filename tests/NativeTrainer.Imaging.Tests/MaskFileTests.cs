namespace NativeTrainer.Imaging.Tests;

public sealed class MaskFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 0, new byte[] { 0b1010_0000 }, new ushort[] { 1, 0, 1 })]
    [InlineData(2, 3, new byte[] { 0b11_10_01_00 }, new ushort[] { 3, 2, 1 })]
    [InlineData(4, 0, new byte[] { 0x1F, 0x90 }, new ushort[] { 1, 15, 9 })]
    [InlineData(8, 3, new byte[] { 0, 7, 255 }, new ushort[] { 0, 7, 255 })]
    [InlineData(16, 0, new byte[] { 1, 0, 0, 2, 255, 255 }, new ushort[] { 256, 2, 65535 })]
    public void NumbersAreReadAsTheyAreStored(byte bits, byte colour, byte[] row, ushort[] expected)
    {
        var mask = Read(new PngFile(3, 1, bits, colour).Chunk("PLTE", new byte[768]).Finish(row));
        Assert.Equal((3, 1), (mask.Width, mask.Height));
        Assert.Equal(expected, mask.Values);
    }

    // The specification's filters by hand: each row has its own before its bytes.
    [Fact]
    public void FiltersAreUndone()
    {
        byte[] rows =
        [
            1, 10, 5, 5, // sub: 10 15 20
            2, 1, 1, 1, // up: 11 16 21
            3, 0, 1, 2, // average: 5 (0+11)/2, 1+(5+16)/2=11, 2+(11+21)/2=18
            4, 1, 1, 1, // paeth: 5+1=6, then of 6, 11, 5: 12 is nearest to 11, so 12; of 12, 18, 11: 19 is nearest to 18, so 19
        ];
        var mask = Read(new PngFile(3, 4, 8, 0).Chunk("IDAT", PngFile.Deflate(rows)).Chunk("IEND", []).Bytes);
        Assert.Equal([10, 15, 20, 11, 16, 21, 5, 11, 18, 6, 12, 19], mask.Values);
    }

    [Fact]
    public void WhatIsNoMaskIsRefused()
    {
        Refused("is a colour picture", new PngFile(1, 1, 8, 2).Finish([1, 2, 3]));
        Refused("is empty", []);
        Refused("a mask is a PNG", [0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0, 0]);
        byte[] whole = new PngFile(3, 2, 8, 0).Finish([1, 2, 3], [4, 5, 6]);
        Refused("is a damaged PNG file", whole[..(whole.Length - 20)]);
        Refused("is a damaged PNG file", new PngFile(3, 2, 8, 0).Finish([1, 2, 3]));
        Assert.Contains("cannot be read", Assert.Throws<UserException>(() => MaskFile.Read(_folder["gone.png"])).Message, StringComparison.Ordinal);

        void Refused(string said, byte[] file) => Assert.Contains(said, Assert.Throws<UserException>(() => Read(file)).Message, StringComparison.Ordinal);
    }

    private MaskFile Read(byte[] file)
    {
        string path = _folder["mask.png"];
        File.WriteAllBytes(path, file);
        return MaskFile.Read(path);
    }
}
