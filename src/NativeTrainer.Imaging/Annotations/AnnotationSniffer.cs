using System.Text;
using System.Text.Json;

namespace NativeTrainer.Imaging.Annotations;

/// <summary>Tells annotation files apart by their beginning; names and extensions lie.</summary>
internal static class AnnotationSniffer
{
    private const int Start = 64 * 1024;

    private static readonly Dictionary<AnnotationFormat, string> FormatNames = new()
    {
        [AnnotationFormat.Coco] = "COCO",
        [AnnotationFormat.LabelStudio] = "Label Studio",
        [AnnotationFormat.Kili] = "Kili",
        [AnnotationFormat.Cvat] = "CVAT",
        [AnnotationFormat.Voc] = "Pascal VOC",
        [AnnotationFormat.YoloYaml] = "YOLO",
        [AnnotationFormat.YoloData] = "YOLO",
    };

    public static string NameOf(AnnotationFormat format) => FormatNames[format];

    public static AnnotationFormat Of(string file)
    {
        byte[] bytes = ReadStart(file);
        var start = bytes.AsSpan();
        if (start.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) start = start[3..];
        int first = start.IndexOfAnyExcept(" \t\r\n"u8);
        if (first < 0) return AnnotationFormat.None;
        if (start[first] == '<') return XmlFile.RootName(file) switch { "annotations" => AnnotationFormat.Cvat, "annotation" => AnnotationFormat.Voc, null => AnnotationFormat.DamagedXml, _ => AnnotationFormat.Other };
        if (start[first] is (byte)'{' or (byte)'[') return OfJson(start, bytes.Length < Start);
        if (start.IndexOfAny((ReadOnlySpan<byte>)[0, 1, 2, 3, 4, 5, 6]) >= 0) return AnnotationFormat.None;
        string text = Encoding.UTF8.GetString(start);
        return YoloConfig.IsYaml(text) ? AnnotationFormat.YoloYaml : YoloConfig.IsData(text) ? AnnotationFormat.YoloData : AnnotationFormat.None;
    }

    // By the names of the root's members, or of the first element's where the root is a list.
    private static AnnotationFormat OfJson(ReadOnlySpan<byte> start, bool whole)
    {
        var names = new HashSet<string>();
        var reader = new Utf8JsonReader(start, whole, default);
        bool list = false;
        try
        {
            for (bool first = true; reader.Read(); first = false)
            {
                if (first) list = reader.TokenType == JsonTokenType.StartArray;
                int depth = list ? 2 : 1;
                if (list && reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.EndObject) break;
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == depth) names.Add(reader.GetString()!);
            }
        }
        catch (JsonException)
        {
            // A damaged file is what its beginning says; reading it tells where it is damaged.
        }
        if (!list) return names.Contains("images") || names.Contains("annotations") || names.Contains("categories") ? AnnotationFormat.Coco : AnnotationFormat.Other;
        if (names.Contains("externalId") || names.Contains("external_id") || names.Contains("labels") || names.Contains("latestLabel") || names.Contains("jsonResponse")) return AnnotationFormat.Kili;
        if (names.Contains("annotations") || names.Contains("completions") || names.Contains("file_upload")) return AnnotationFormat.LabelStudio;
        return names.Contains("annotator") || names.Contains("annotation_id") ? AnnotationFormat.LabelStudioMin : AnnotationFormat.Other;
    }

    private static byte[] ReadStart(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
            var bytes = new byte[Math.Min(Start, stream.Length)];
            return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
