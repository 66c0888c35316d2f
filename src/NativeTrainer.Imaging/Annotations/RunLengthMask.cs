using System.Text.Json;

namespace NativeTrainer.Imaging.Annotations;

/// <summary>
/// The box around a COCO run-length mask: runs of 0 and 1 in turns over the picture's pixels, column by column; as numbers, or as pycocotools' text, which
/// holds five bits a letter and, from the fourth run on, differences to the run before the last (cocoapi, common/maskApi.c, rleFrString).
/// </summary>
internal static class RunLengthMask
{
    /// <returns>Left, top, right, bottom in pixels; null where the mask is empty or damaged.</returns>
    public static (double Left, double Top, double Right, double Bottom)? Bounds(JsonElement segmentation)
    {
        long[] size = [.. segmentation.Items("size").Select(s => (long)(s.AsNumber() ?? 0))];
        if (size is not [> 0 and <= int.MaxValue, > 0 and <= int.MaxValue] || segmentation.Member("counts") is not { } counts) return null;
        var runs = counts.ValueKind == JsonValueKind.Array ? counts.EnumerateArray().Select(c => (long)(c.AsNumber() ?? -1)) : Decode(counts.ToString());
        long height = size[0], at = 0, total = size[0] * size[1];
        long left = long.MaxValue, top = long.MaxValue, right = -1, bottom = -1;
        bool set = false;
        foreach (long run in runs)
        {
            if (run < 0 || at + run > total) return null;
            if (set && run > 0)
            {
                long last = at + run - 1, firstColumn = at / height, lastColumn = last / height;
                bool wraps = firstColumn != lastColumn;
                (left, right) = (Math.Min(left, firstColumn), Math.Max(right, lastColumn));
                (top, bottom) = (Math.Min(top, wraps ? 0 : at % height), Math.Max(bottom, wraps ? height - 1 : last % height));
            }
            (at, set) = (at + run, !set);
        }
        return right < 0 ? null : (left, top, right + 1, bottom + 1);
    }

    private static IEnumerable<long> Decode(string text)
    {
        var runs = new List<long>();
        int at = 0;
        while (at < text.Length)
        {
            long value = 0;
            int shift = 0, letter;
            do
            {
                letter = text[at++] - 48;
                value |= (long)(letter & 0x1F) << shift;
                shift += 5;
            }
            while ((letter & 0x20) != 0 && at < text.Length && shift < 60);
            if ((letter & 0x10) != 0) value |= -1L << shift;
            if (runs.Count > 2) value += runs[^2];
            runs.Add(value);
        }
        return runs;
    }
}
