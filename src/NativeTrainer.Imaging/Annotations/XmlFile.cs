using System.Xml;

namespace NativeTrainer.Imaging.Annotations;

/// <summary>XML files with no document type and nothing fetched from elsewhere.</summary>
internal static class XmlFile
{
    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreWhitespace = true, IgnoreProcessingInstructions = true };

    /// <exception cref="UserException">The file cannot be read or is not XML.</exception>
    public static T Read<T>(string path, Func<XmlReader, T> read)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            using var reader = XmlReader.Create(stream, Settings);
            return read(reader);
        }
        catch (XmlException error)
        {
            throw new UserException($"{path}{(error.LineNumber > 0 ? $" line {error.LineNumber}" : "")}: is not valid XML ({error.Message.Split(". Line")[0].TrimEnd('.')}). The file may be cut off; export it again.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read ({error.Message})", error);
        }
    }

    /// <summary>The root element's name; null where the file is no XML.</summary>
    public static string? RootName(string path)
    {
        try
        {
            return Read(path, reader => reader.MoveToContent() == XmlNodeType.Element ? reader.Name : null);
        }
        catch (UserException)
        {
            return null;
        }
    }

    public static int Line(this XmlReader reader) => reader is IXmlLineInfo info ? info.LineNumber : 0;
}
