namespace NativeTrainer.Imaging.Tests;

public class CaptureInfoTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TimeAndCameraAreRead(bool littleEndian)
    {
        var info = CaptureInfo.Of(TiffBytes.JpegTakenAt("2023:07:14 09:30:05", "25", "Canon", "EOS", littleEndian));
        Assert.Equal(new CaptureInfo(new DateTime(2023, 7, 14, 9, 30, 5, 250), "Canon", "EOS"), info);
        Assert.Equal("Canon EOS", info.Camera);
    }

    [Theory]
    [InlineData("2023:07:14 09:30:05", null)]
    [InlineData("2023:07:14 09:30:05", " ")]
    [InlineData("2023:07:14 09:30:05", "x7")]
    public void ATimeWithoutItsFractionIsWhole(string time, string? fraction)
        => Assert.Equal(new DateTime(2023, 7, 14, 9, 30, 5), CaptureInfo.Of(TiffBytes.JpegTakenAt(time, fraction, null, null, true)).Taken);

    [Theory]
    [InlineData("0000:00:00 00:00:00")]
    [InlineData("    :  :     :  :  ")]
    [InlineData("yesterday")]
    [InlineData(null)]
    public void WhatIsNoDateIsNone(string? time)
    {
        var info = CaptureInfo.Of(TiffBytes.JpegTakenAt(time, null, "Canon  ", null, false));
        Assert.Equal(new CaptureInfo(null, "Canon", null), info);
        Assert.Equal("Canon", info.Camera);
    }

    // Whatever is cut off or overwritten: no exception, and what comes out is a date or nothing.
    [Fact]
    public void DamageLosesTagsAndNothingElse()
    {
        byte[] whole = TiffBytes.JpegTakenAt("2023:07:14 09:30:05", "25", "A maker", "A model", true);
        var random = new Random(5);
        for (int round = 0; round < 3000; round++)
        {
            byte[] damaged = [.. whole];
            for (int i = 0; i < 4; i++) damaged[random.Next(12, 140)] = (byte)random.Next(256);
            CaptureInfo.Of(damaged.AsSpan(0, random.Next(damaged.Length)));
            ExifOrientation.Read(damaged);
        }
        Assert.Equal(CaptureInfo.None, CaptureInfo.Of([]));
        Assert.Equal(CaptureInfo.None, CaptureInfo.Of(ImageWriter.EncodePng(Pictures.Noise(3, 3, 1))));
    }
}
