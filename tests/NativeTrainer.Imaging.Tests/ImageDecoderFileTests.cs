namespace NativeTrainer.Imaging.Tests;

/// <summary>What a user gets for each real file of the test material's bad-images: a picture of a size, or a kind of failure.</summary>
public class ImageDecoderFileTests
{
    private const string Table = """
        odd-valid/gen_1x1.png 1x1
        odd-valid/gen_1x3000.png 1x3000
        odd-valid/gen_3000x1.png 3000x1
        odd-valid/gen_photo_gray1.png 166x150
        odd-valid/gen_photo_gray16.png 166x150
        odd-valid/gen_photo_gray4.png 166x150
        odd-valid/gen_photo_gray8.png 166x150
        odd-valid/gen_photo_grayalpha8.png 166x150
        odd-valid/gen_photo_palette8.png 166x150
        odd-valid/gen_photo_rgb16.png 166x150
        odd-valid/gen_photo_rgb8.png 166x150
        odd-valid/gen_photo_rgb8_interlaced.png 166x150
        odd-valid/gen_photo_rgba8_halftransparent.png 166x150
        odd-valid/pillow_12in16bit.tif UnsupportedFormat
        odd-valid/pillow_16bit.cropped.jp2 UnsupportedFormat
        odd-valid/pillow_7x13.png 7x13
        odd-valid/pillow_app13.jpg 4x4
        odd-valid/pillow_bw_gradient.png 256x10
        odd-valid/pillow_chi.gif 320x240
        odd-valid/pillow_comment_after_last_frame.gif 1x1
        odd-valid/pillow_delay.png 128x64
        odd-valid/pillow_dispose_bgnd.gif 100x100
        odd-valid/pillow_exif_imagemagick_orientation.png 512x512
        odd-valid/pillow_flower.jpg 480x360
        odd-valid/pillow_flower.webp 480x360
        odd-valid/pillow_hopper.avif UnsupportedFormat
        odd-valid/pillow_hopper.bmp 128x128
        odd-valid/pillow_hopper.gif 128x128
        odd-valid/pillow_hopper.ico 16x16
        odd-valid/pillow_hopper.jpg 128x128
        odd-valid/pillow_hopper.png 128x128
        odd-valid/pillow_hopper.ppm UnsupportedFormat
        odd-valid/pillow_hopper.tif UnsupportedFormat
        odd-valid/pillow_hopper.webp 128x128
        odd-valid/pillow_hopper_16bit_qtables.jpg 128x128
        odd-valid/pillow_hopper_gray.jpg 128x128
        odd-valid/pillow_hopper_idat_after_image_end.png 128x128
        odd-valid/pillow_hopper_orientation_2.jpg 128x128
        odd-valid/pillow_hopper_orientation_3.jpg 128x128
        odd-valid/pillow_hopper_orientation_4.jpg 128x128
        odd-valid/pillow_hopper_orientation_5.jpg 128x128
        odd-valid/pillow_hopper_orientation_6.jpg 128x128
        odd-valid/pillow_hopper_orientation_6.webp 128x128
        odd-valid/pillow_hopper_orientation_7.jpg 128x128
        odd-valid/pillow_hopper_orientation_8.jpg 128x128
        odd-valid/pillow_i_trns.png 64x64
        odd-valid/pillow_icc-after-SOF.jpg 10x10
        odd-valid/pillow_icc_profile_big.jpg 425x250
        odd-valid/pillow_iss634.webp 245x245
        odd-valid/pillow_jpeg_ff00_header.jpg 300x225
        odd-valid/pillow_junk_jpeg_header.jpg 1024x768
        odd-valid/pillow_l_trns.png 64x64
        odd-valid/pillow_mode_16bit.png 128x64
        odd-valid/pillow_orientation_rectangle.jpg 1x2
        odd-valid/pillow_p_16.png 128x128
        odd-valid/pillow_p_trns_single.png 64x64
        odd-valid/pillow_pil123p.png 162x150
        odd-valid/pillow_pil123rgba.png 162x150
        odd-valid/pillow_pil_sample_cmyk.jpg 100x100
        odd-valid/pillow_pil_sample_rgb.jpg 100x100
        odd-valid/pillow_rgb_trns.png 64x64
        odd-valid/pillow_sugarshack_bad_mpo_header.jpg 640x480
        odd-valid/pillow_test-card.png 640x480
        odd-valid/pillow_tiff_16bit_RGB.tiff UnsupportedFormat
        odd-valid/pillow_tiff_strip_cmyk_jpeg.tif UnsupportedFormat
        odd-valid/pillow_tiny.png 4x4
        odd-valid/pillow_transparent.gif 200x150
        odd-valid/pillow_transparent.png 200x150
        odd-valid/pillow_transparent.webp 200x150
        odd-valid/pillow_ultrahdr.jpg Truncated
        broken/bad_crc.png Corrupt
        broken/bomb_50000x50000_header.png TooLarge
        broken/corrupt_scan_bytes.jpg Corrupt
        broken/git_lfs_pointer.jpg NotAnImage
        broken/html_error_page.jpg NotAnImage
        broken/pillow_badbitcount.bmp Corrupt
        broken/pillow_badfilesize.bmp 127x64
        broken/pillow_badpalettesize.bmp Corrupt
        broken/pillow_badrle.bmp 127x64
        broken/pillow_badwidth.bmp Corrupt
        broken/pillow_broken.png Truncated
        broken/pillow_broken_data_stream.png Corrupt
        broken/pillow_broken_exif_dpi.jpg 100x100
        broken/pillow_crash-f46f5b2f43c370fe65706c11449f567ecc345e74.tif UnsupportedFormat
        broken/pillow_cross_scan_line.png 2x2
        broken/pillow_decompression_bomb.gif TooLarge
        broken/pillow_decompression_bomb.ico TooLarge
        broken/pillow_hopper_bad_exif.jpg 500x500
        broken/pillow_invalid-exif.jpg 200x200
        broken/pillow_negative_size.ppm NotAnImage
        broken/pillow_no_palette.gif 1x1
        broken/pillow_oom-225817ca0f8c663be7ab4b9e717b02c661e66834.tif UnsupportedFormat
        broken/pillow_padded_idat.png 256x10
        broken/pillow_png_decompression_dos.png 1x1
        broken/pillow_seek_too_large.tif UnsupportedFormat
        broken/pillow_truncated_app14.jpg 100x100
        broken/pillow_truncated_exif_dpi.jpg 480x640
        broken/pillow_truncated_image.png Truncated
        broken/pillow_truncated_jpeg.jpg Truncated
        broken/pillow_zero_width.gif Corrupt
        broken/random_bytes.jpg NotAnImage
        broken/text.png NotAnImage
        broken/truncated_half.jpg Truncated
        broken/truncated_half.png Truncated
        broken/truncated_half.webp Truncated
        broken/truncated_header_only.jpg Truncated
        broken/truncated_last_300_bytes.jpg Truncated
        broken/zero_byte.jpg Empty
        broken/zero_byte.png Empty
        tricky-names/.DS_Store NotAnImage
        tricky-names/._photo.jpg NotAnImage
        tricky-names/.hidden.jpg 128x128
        tricky-names/Thumbs.db NotAnImage
        tricky-names/UPPER.JPG 128x128
        tricky-names/bmp_named.jpg 128x128
        tricky-names/comma,quote"name.jpg 128x128
        tricky-names/directory.jpg Unreadable
        tricky-names/directory.jpg/inner.jpg 128x128
        tricky-names/gif_named.jpg 128x128
        tricky-names/jpeg_named.png 128x128
        tricky-names/name with spaces (1).jpg 128x128
        tricky-names/no_extension 128x128
        tricky-names/photo.JPEG 128x128
        tricky-names/png_named.jpg 128x128
        tricky-names/webp_named.jpg 128x128
        tricky-names/ünïcødé 花 🐝.jpg 128x128
        """;

    internal static readonly Dictionary<string, string> Expected = Table.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .ToDictionary(line => line[..line.LastIndexOf(' ')], line => line[(line.LastIndexOf(' ') + 1)..].TrimEnd());

    [Fact]
    public void EveryFileGivesWhatAUserShouldGet()
    {
        string root = Material.Path("bad-images");
        var wrong = new List<string>();
        foreach (var (name, expected) in Expected)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            var result = ImageDecoder.Decode(Path.Combine(root, name));
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            // What is refused by its first bytes or its header costs the file's own bytes, in a buffer of up to twice their number.
            bool refused = result.Failure is not (DecodeFailure.None or DecodeFailure.Truncated or DecodeFailure.Corrupt);
            if (refused && allocated > 2 * Size(root, name) + (1 << 16)) wrong.Add($"{name}: {allocated} bytes allocated");
            string actual = result.Success ? $"{result.Image.Width}x{result.Image.Height}" : result.Failure.ToString();
            if (actual != expected) wrong.Add($"{name}: expected {expected}, got {actual} {result.Reason}");
        }
        Assert.Empty(wrong);

        static long Size(string root, string name) => File.Exists(Path.Combine(root, name)) ? new FileInfo(Path.Combine(root, name)).Length : 0;
    }

    [Fact]
    public void TheTableNamesEveryFile()
    {
        string root = Material.Path("bad-images");
        var files = Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(root, f).Replace('\\', '/'));
        // One name is too long to print here; it decodes like any other.
        Assert.DoesNotContain(files, f => f != "manifest.csv" && !f.Contains("long_long_") && !Expected.ContainsKey(f));
        string longName = Directory.EnumerateFiles(Path.Combine(root, "tricky-names"), "long_*").Single();
        Assert.True(ImageDecoder.Decode(longName).Success);
    }

    // hopper_orientation_N is hopper.jpg turned and encoded again: upright, it is nearer to hopper.jpg than any other turn of itself is.
    [Theory]
    [InlineData("2.jpg")]
    [InlineData("3.jpg")]
    [InlineData("4.jpg")]
    [InlineData("5.jpg")]
    [InlineData("6.jpg")]
    [InlineData("7.jpg")]
    [InlineData("8.jpg")]
    [InlineData("6.webp")]
    public void TurnedPhotosAreUpright(string name)
    {
        var hopper = ImageDecoder.Decode(Material.Path("bad-images/odd-valid/pillow_hopper.jpg")).Image!;
        var turned = ImageDecoder.Decode(Material.Path($"bad-images/odd-valid/pillow_hopper_orientation_{name}")).Image!;
        double[] distances = [.. Enumerable.Range(1, 8).Select(o => Pictures.MeanDifference(hopper, Orientations.Apply(turned, o)))];
        Assert.Equal(0, Array.IndexOf(distances, distances.Min()));
    }

    [Fact]
    public void ImageMagicksOrientationInAPngIsApplied()
        => Assert.Equal(3, ExifOrientation.Read(File.ReadAllBytes(Material.Path("bad-images/odd-valid/pillow_exif_imagemagick_orientation.png"))));

    // Pillow's Tests/test_file_jpeg.py, test_cmyk: the first pixel is red (c = 0, m and y > 0.8, k = 0), the last is black (k > 0.9).
    [Fact]
    public void CmykHasItsColours()
    {
        var image = ImageDecoder.Decode(Material.Path("bad-images/odd-valid/pillow_pil_sample_cmyk.jpg")).Image!;
        var (r, g, b) = image.At(0, 0);
        Assert.True(r == 255 && g < 51 && b < 51, $"first pixel {r} {g} {b}");
        (r, g, b) = image.At(99, 99);
        Assert.True(r < 26 && g < 26 && b < 26, $"last pixel {r} {g} {b}");
    }

    [Fact]
    public void DepthsAndInterlacingOfOnePhotoAgree()
    {
        var photo = Decode("rgb8");
        Assert.Equal(photo.Pixels, Decode("rgb8_interlaced").Pixels);
        // The 16-bit samples lie within 128 of 257 · their 8-bit value, so their upper 8 bits are at most one off it.
        Assert.All(photo.Pixels.Zip(Decode("rgb16").Pixels), p => Assert.InRange(p.First - p.Second, -1, 1));
        Assert.All(Decode("gray8").Pixels.Zip(Decode("gray16").Pixels), p => Assert.InRange(p.First - p.Second, -1, 1));
        // Four bits hold round(15 · v / 255), one bit whether v is bright.
        Assert.All(Decode("gray8").Pixels.Zip(Decode("gray4").Pixels), p => Assert.Equal(17 * (int)Math.Round(p.First / 17.0), p.Second));
        Assert.All(Decode("gray8").Pixels.Zip(Decode("gray1").Pixels), p => Assert.InRange(Math.Abs(p.First - p.Second), 0, 128));
        // A palette keeps colours better than no colours do.
        Assert.InRange(Pictures.MeanDifference(photo, Decode("palette8")), 0, Pictures.MeanDifference(photo, Decode("gray8")));
    }

    // Half of each picture is opaque; the other half has alpha 0 in one file and 128 in the other.
    [Fact]
    public void HalfTransparentPhotosLieOnWhite()
    {
        var (photo, onWhite) = (Decode("rgb8"), Decode("rgba8_halftransparent"));
        var pixels = photo.Pixels.Chunk(3).Zip(onWhite.Pixels.Chunk(3)).ToList();
        Assert.All(pixels, p => Assert.True(p.Second.SequenceEqual(p.First) || p.Second.All(v => v == 255)));
        Assert.InRange(pixels.Count(p => p.Second.All(v => v == 255)), pixels.Count / 2, pixels.Count * 3 / 4);
        var gray = Decode("gray8").Pixels.Zip(Decode("grayalpha8").Pixels).ToList();
        Assert.All(gray, p => Assert.True(p.Second == p.First || p.Second == Math.Round((p.First * 128 + 255 * 127) / 255.0)));
        Assert.InRange(gray.Count(p => p.Second == p.First), gray.Count / 2, gray.Count - 1);
    }

    private static RgbImage Decode(string kind) => ImageDecoder.Decode(Material.Path($"bad-images/odd-valid/gen_photo_{kind}.png")).Image!;

    [Theory]
    [InlineData("git_lfs_pointer.jpg", "git lfs pull")]
    [InlineData("html_error_page.jpg", "web page")]
    [InlineData("text.png", "text")]
    [InlineData("truncated_half.webp", "WebP data end before the picture does")]
    [InlineData("zero_byte.jpg", "0 bytes")]
    public void ReasonsSayWhatTheFileIs(string name, string phrase) => Assert.Contains(phrase, ImageDecoder.Decode(Material.Path($"bad-images/broken/{name}")).Reason);
}
