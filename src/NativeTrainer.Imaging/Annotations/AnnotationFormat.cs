namespace NativeTrainer.Imaging.Annotations;

/// <summary>What an annotation file is by its content.</summary>
internal enum AnnotationFormat
{
    None,
    Coco,
    LabelStudio,
    LabelStudioMin,
    Kili,
    Cvat,
    Voc,
    YoloYaml,
    YoloData,

    /// <summary>It begins as XML and cannot be read as such.</summary>
    DamagedXml,

    /// <summary>JSON or XML of no tool that is known.</summary>
    Other,
}
