using System.Xml;

namespace NativeTrainer.Imaging.Annotations;

/// <summary>
/// CVAT's "CVAT for images 1.1" (https://docs.cvat.ai/docs/manual/advanced/xml_format/): tags label the whole picture; boxes, also turned ones, polygons,
/// ellipses, masks and polylines give boxes.
/// </summary>
internal static class CvatReader
{
    public static List<AnnotatedPicture> Read(string path, SplitName? split) => XmlFile.Read(path, reader => Read(reader, path, split));

    private static List<AnnotatedPicture> Read(XmlReader reader, string path, SplitName? split)
    {
        var pictures = new List<AnnotatedPicture>();
        AnnotatedPicture? picture = null;
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.EndElement && reader.Name == "image") picture = null;
            if (reader.NodeType != XmlNodeType.Element) continue;
            switch (reader.Name)
            {
                case "track":
                    throw new UserException($"{path} line {reader.Line()}: holds tracks of a video. Export the task as 'CVAT for images 1.1'.");
                case "image":
                    var current = Picture(reader, path, split);
                    pictures.Add(current);
                    picture = reader.IsEmptyElement ? null : current;
                    break;
                default:
                    if (picture is not null) AddShape(reader, path, picture);
                    break;
            }
        }
        return pictures;
    }

    private static AnnotatedPicture Picture(XmlReader reader, string path, SplitName? split)
    {
        string name = reader.GetAttribute("name") ?? throw Lacking(reader, path, "name");
        // A project's export says which subset a picture is in; "default" is none.
        if (reader.GetAttribute("subset") is { } subset) split = LabelledSet.ParseSplit(subset) ?? split;
        return new AnnotatedPicture(path, name) { Split = split, Width = Pixels(reader, "width"), Height = Pixels(reader, "height") };
    }

    private static void AddShape(XmlReader reader, string path, AnnotatedPicture picture)
    {
        if (reader.Name is not ("tag" or "box" or "polygon" or "polyline" or "ellipse" or "mask" or "points" or "cuboid" or "skeleton")) return;
        string label = reader.GetAttribute("label") ?? throw Lacking(reader, path, "label");
        switch (reader.Name)
        {
            case "tag":
                picture.Labels.Add(label);
                break;
            case "box":
                var (left, top, right, bottom) = (Number(reader, path, "xtl"), Number(reader, path, "ytl"), Number(reader, path, "xbr"), Number(reader, path, "ybr"));
                picture.Boxes.Add(AnnotatedBox.Turned(label, (left, top, right, bottom), ((left + right) / 2, (top + bottom) / 2), Rotation(reader, path)));
                break;
            case "polygon" or "polyline":
                string text = reader.GetAttribute("points") ?? throw Lacking(reader, path, "points");
                picture.Boxes.Add(AnnotatedBox.Around(label, Numbers.Points(text) ?? throw Wrong(reader, path, "points", text)));
                break;
            case "ellipse":
                var (x, y, radiusX, radiusY) = (Number(reader, path, "cx"), Number(reader, path, "cy"), Number(reader, path, "rx"), Number(reader, path, "ry"));
                picture.Boxes.Add(AnnotatedBox.Turned(label, (x - radiusX, y - radiusY, x + radiusX, y + radiusY), (x, y), Rotation(reader, path)));
                break;
            case "mask":
                var (maskLeft, maskTop) = (Number(reader, path, "left"), Number(reader, path, "top"));
                picture.Boxes.Add(new AnnotatedBox(label, maskLeft, maskTop, maskLeft + Number(reader, path, "width"), maskTop + Number(reader, path, "height")));
                break;
            default:
                picture.Shapeless++;
                break;
        }
    }

    private static double Rotation(XmlReader reader, string path) => reader.GetAttribute("rotation") is null ? 0 : Number(reader, path, "rotation");

    private static int Pixels(XmlReader reader, string name) => int.TryParse(reader.GetAttribute(name), out int value) && value > 0 ? value : 0;

    private static double Number(XmlReader reader, string path, string name)
    {
        string text = reader.GetAttribute(name) ?? throw Lacking(reader, path, name);
        return Numbers.TryParse(text, out double value) ? value : throw Wrong(reader, path, name, text);
    }

    private static UserException Lacking(XmlReader reader, string path, string name) => new($"{path} line {reader.Line()}: the {reader.Name} has no {name}. Export it again as 'CVAT for images 1.1'.");

    private static UserException Wrong(XmlReader reader, string path, string name, string text)
        => new($"{path} line {reader.Line()}: '{text}' is no {name} of a {reader.Name}. Export it again as 'CVAT for images 1.1'.");
}
