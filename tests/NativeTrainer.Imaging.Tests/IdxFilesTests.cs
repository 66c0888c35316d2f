using System.Buffers.Binary;
using System.IO.Compression;

namespace NativeTrainer.Imaging.Tests;

public class IdxFilesTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PicturesAndLabelsAreRead(bool gzip)
    {
        using var folder = new TempFolder();
        Write(folder, "train-images-idx3-ubyte", Images(4, 3, 2), gzip);
        Write(folder, "train-labels-idx1-ubyte", Labels(7, 0, 7, 10), gzip);
        Write(folder, "t10k-images-idx3-ubyte", Images(1, 3, 2), gzip);
        Write(folder, "t10k-labels-idx1-ubyte", Labels(0), gzip);
        var index = DatasetIndex.Open(folder.Path, new DatasetOptions { ValidationFraction = 0 });
        Assert.Equal(["0", "10", "7"], index.Classes);
        Assert.Equal([4, 0, 1], Enum.GetValues<SplitName>().Select(s => index.Split(s).Count));
        Assert.Equal([2, 0, 2, 1], index.Split(SplitName.Train).Select(s => s.Label));
        // Each picture holds 3 · 2 pixels; they count up from 0, and gray is on all channels.
        var second = index.Split(SplitName.Train)[1].Pixels!;
        Assert.Equal((2, 3), (second.Width, second.Height));
        Assert.Equal([6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 11], second.Pixels);
    }

    [Fact]
    public void APartAloneIsDivided()
    {
        using var folder = new TempFolder();
        Write(folder, "t10k-images-idx3-ubyte", Images(10, 2, 2), true);
        Write(folder, "t10k-labels-idx1-ubyte", Labels(0, 1, 0, 1, 0, 1, 0, 1, 0, 1), true);
        var index = DatasetIndex.Open(folder.Path);
        Assert.Equal([8, 2, 0], Enum.GetValues<SplitName>().Select(s => index.Split(s).Count));
        Assert.Equal(10, DatasetIndex.OpenSplit(folder.Path).Samples.Count);
    }

    [Theory]
    [InlineData("short", "t10k-images-idx3-ubyte: 31 bytes do not fit the header, which says 4 pictures of 2×2. Download it again.")]
    [InlineData("huge", "t10k-images-idx3-ubyte: 32 bytes do not fit the header, which says 2147483647 pictures of 2147483647×2147483647. Download it again.")]
    [InlineData("magic", "t10k-images-idx3-ubyte: is not an idx file of bytes. Download it again.")]
    [InlineData("labels", "t10k-labels-idx1-ubyte: 3 labels for 4 pictures. Download it again.")]
    [InlineData("no labels", "t10k-labels-idx1-ubyte: cannot be read (")]
    [InlineData("cut gzip", "t10k-images-idx3-ubyte.gz: ")]
    [InlineData("no gzip", "t10k-images-idx3-ubyte.gz: cannot be read (")]
    public void DamageIsNamed(string damage, string message)
    {
        using var folder = new TempFolder();
        byte[] images = Images(4, 2, 2), labels = Labels(0, 1, 0, 1);
        if (damage == "short") images = images[..^1];
        if (damage == "huge") images.AsSpan(4, 12).Fill(255);
        if (damage == "huge") (images[4], images[8], images[12]) = (127, 127, 127);
        if (damage == "magic") images[3] = 9;
        if (damage == "labels") labels = Labels(0, 1, 0);
        bool gzip = damage is "cut gzip" or "no gzip";
        Write(folder, "t10k-images-idx3-ubyte", images, gzip);
        if (damage != "no labels") Write(folder, "t10k-labels-idx1-ubyte", labels, gzip);
        if (damage == "cut gzip") folder.Write("t10k-images-idx3-ubyte.gz", File.ReadAllBytes(folder["t10k-images-idx3-ubyte.gz"])[..^12]);
        if (damage == "no gzip") folder.Write("t10k-images-idx3-ubyte.gz", "text");
        string actual = Assert.Throws<UserException>(() => DatasetIndex.Open(folder.Path)).Message;
        Assert.StartsWith(folder[message], actual);
    }

    [Fact]
    public void FashionMnistIsRead()
    {
        var index = DatasetIndex.Open(Material.Path("datasets/fashion-mnist-idx"));
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], index.Classes);
        Assert.Equal([8000, 2000, 0], Enum.GetValues<SplitName>().Select(s => index.Split(s).Count));
        Assert.All(index.Split(SplitName.Val).CountBy(s => s.Label), c => Assert.Equal(200, c.Value));
        Assert.All(index.Split(SplitName.Val), s => Assert.Equal((28, 28), (s.Pixels!.Width, s.Pixels.Height)));
    }

    private static byte[] Images(int count, int height, int width)
    {
        var bytes = new byte[16 + count * height * width];
        int[] header = [0x803, count, height, width];
        for (int i = 0; i < 4; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(i * 4), header[i]);
        for (int i = 16; i < bytes.Length; i++) bytes[i] = (byte)(i - 16);
        return bytes;
    }

    private static byte[] Labels(params byte[] labels)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(bytes, 0x801);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), labels.Length);
        return [.. bytes, .. labels];
    }

    private static void Write(TempFolder folder, string name, byte[] bytes, bool gzip)
    {
        if (!gzip)
        {
            folder.Write(name, bytes);
            return;
        }
        using var compressed = new MemoryStream();
        using (var stream = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) stream.Write(bytes);
        folder.Write(name + ".gz", compressed.ToArray());
    }
}
