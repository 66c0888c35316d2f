using System.Xml;

namespace NativeTrainer.Imaging.Annotations;

/// <summary>
/// Pascal VOC's XML, one file a picture (http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/devkit_doc.html): corners are pixels counted from 1, both
/// inside the box. Also read are roLabelImg's turned boxes and LabelMe's marks of deleted objects. <c>ImageSets/Main/train.txt</c> and its like give the splits.
/// </summary>
internal static class VocReader
{
    /// <param name="files">XML files, in order.</param>
    /// <param name="root">Where ImageSets may lie.</param>
    /// <param name="split">Of all of them; null asks ImageSets.</param>
    public static List<AnnotatedPicture> Read(IReadOnlyList<string> files, string root, SplitName? split)
    {
        var sets = split is null ? Sets(Path.Combine(root, "ImageSets", "Main")) : [];
        return [.. files.Select(file => XmlFile.Read(file, reader => Read(reader, file, split ?? (sets.TryGetValue(Path.GetFileNameWithoutExtension(file), out var named) ? named : null))))];
    }

    private static Dictionary<string, SplitName> Sets(string folder)
    {
        var sets = new Dictionary<string, SplitName>();
        foreach (var (word, split) in new[] { ("train", SplitName.Train), ("val", SplitName.Val), ("test", SplitName.Test) })
        {
            string file = Path.Combine(folder, word + ".txt");
            if (!File.Exists(file)) continue;
            foreach (string line in File.ReadLines(file))
            {
                string stem = line.Trim().Split(' ')[0];
                if (stem.Length > 0 && !sets.TryAdd(stem, split) && sets[stem] != split)
                    throw new UserException($"{file}: {stem} is in {sets[stem].ToString().ToLowerInvariant()}.txt, too. Keep one: no picture may be both trained on and measured with.");
            }
        }
        return sets;
    }

    private static AnnotatedPicture Read(XmlReader reader, string file, SplitName? split)
    {
        if (reader.MoveToContent() != XmlNodeType.Element || reader.Name != "annotation")
            throw new UserException($"{file}: is not Pascal VOC's XML: its root is '{reader.Name}', not 'annotation'. Remove it from the folder.");
        string? name = null, path = null;
        int width = 0, height = 0;
        var objects = new List<AnnotatedBox>();
        int shapeless = 0;
        foreach (string element in Children(reader))
        {
            switch (element)
            {
                case "filename": name = Text(reader); break;
                case "path": path = Text(reader); break;
                case "size":
                    foreach (string side in Children(reader))
                    {
                        if (side == "width") width = (int)(Numbers.TryParse(Text(reader), out double w) ? w : 0);
                        else if (side == "height") height = (int)(Numbers.TryParse(Text(reader), out double h) ? h : 0);
                    }
                    break;
                case "object":
                    if (Object(reader, file, ref shapeless) is { } found) objects.Add(found);
                    break;
            }
        }
        // Annotations that were renamed with their pictures keep the old name inside: the file's own stem is tried last.
        string[] names = [.. new[] { name, path, Path.GetFileNameWithoutExtension(file) }.OfType<string>().Where(n => n.Length > 0)];
        var picture = new AnnotatedPicture(file, names) { Split = split, Width = Math.Max(width, 0), Height = Math.Max(height, 0), Shapeless = shapeless };
        picture.Boxes.AddRange(objects);
        return picture;
    }

    private static AnnotatedBox? Object(XmlReader reader, string file, ref int shapeless)
    {
        int line = reader.Line();
        string? name = null;
        bool difficult = false, deleted = false;
        AnnotatedBox? box = null;
        foreach (string element in Children(reader))
        {
            switch (element)
            {
                case "name": name = Text(reader); break;
                case "difficult": difficult = Text(reader) == "1"; break;
                case "deleted": deleted = Text(reader) == "1"; break;
                case "bndbox":
                    var edges = Values(reader, file);
                    box = new AnnotatedBox("", Value(edges, "xmin", file, line) - 1, Value(edges, "ymin", file, line) - 1, Value(edges, "xmax", file, line), Value(edges, "ymax", file, line));
                    break;
                case "robndbox":
                    var turned = Values(reader, file);
                    var (x, y, w, h) = (Value(turned, "cx", file, line), Value(turned, "cy", file, line), Value(turned, "w", file, line), Value(turned, "h", file, line));
                    box = AnnotatedBox.Turned("", (x - w / 2, y - h / 2, x + w / 2, y + h / 2), (x, y), Value(turned, "angle", file, line) * 180 / Math.PI);
                    break;
            }
        }
        if (string.IsNullOrEmpty(name)) throw new UserException($"{file} line {line}: the object has no name. Export it again.");
        if (deleted) return null;
        if (box is { } found) return found with { Class = name, NoCrop = difficult ? "difficult" : null };
        shapeless++;
        return null;
    }

    private static Dictionary<string, double> Values(XmlReader reader, string file)
    {
        var values = new Dictionary<string, double>();
        foreach (string element in Children(reader))
        {
            int line = reader.Line();
            string text = Text(reader);
            values[element] = Numbers.TryParse(text, out double value) ? value : throw new UserException($"{file} line {line}: '{text}' is no {element} of a box. Export it again.");
        }
        return values;
    }

    private static double Value(Dictionary<string, double> values, string name, string file, int line)
        => values.TryGetValue(name, out double value) ? value : throw new UserException($"{file} line {line}: the object's box has no {name}. Export it again.");

    // The child elements of the present one, the reader on each; what the caller does not read of a child is passed over.
    private static IEnumerable<string> Children(XmlReader reader)
    {
        if (reader.IsEmptyElement) yield break;
        int depth = reader.Depth;
        reader.Read();
        while (reader.Depth > depth)
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                reader.Read();
                continue;
            }
            bool empty = reader.IsEmptyElement;
            int child = reader.Depth;
            yield return reader.Name;
            while (reader.Depth > child) reader.Read();
            // On the child's start where nothing was read of it; on its end otherwise.
            if (reader.NodeType == XmlNodeType.Element && !empty) reader.Skip();
            else reader.Read();
        }
    }

    // Leaves the reader on the element's end.
    private static string Text(XmlReader reader)
    {
        if (reader.IsEmptyElement) return "";
        string text = "";
        int depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth) text += reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA ? reader.Value : "";
        return text.Trim();
    }
}
