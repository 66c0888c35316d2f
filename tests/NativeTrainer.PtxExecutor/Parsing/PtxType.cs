namespace NativeTrainer.PtxExecutor.Parsing;

/// <summary>The fundamental and packed types of PTX.</summary>
internal enum PtxType : byte
{
    Pred, B8, U8, S8, B16, U16, S16, F16, BF16, B32, U32, S32, F32, TF32, F16X2, BF16X2, B64, U64, S64, F64,
}

internal enum StateSpace : byte
{
    Generic, Register, Param, Global, Shared, Local, Const,
}

internal static class PtxTypes
{
    private static readonly Dictionary<string, PtxType> ByName = Enum.GetValues<PtxType>().ToDictionary(type => type.ToString().ToLowerInvariant());

    public static bool TryParse(string name, out PtxType type) => ByName.TryGetValue(name, out type);

    /// <summary>The width in bits; 1 for a predicate.</summary>
    public static int Bits(this PtxType type) => type switch
    {
        PtxType.Pred => 1,
        PtxType.B8 or PtxType.U8 or PtxType.S8 => 8,
        PtxType.B16 or PtxType.U16 or PtxType.S16 or PtxType.F16 or PtxType.BF16 => 16,
        PtxType.B64 or PtxType.U64 or PtxType.S64 or PtxType.F64 => 64,
        _ => 32,
    };

    public static bool IsSigned(this PtxType type) => type is PtxType.S8 or PtxType.S16 or PtxType.S32 or PtxType.S64;

    public static bool IsFloat(this PtxType type)
        => type is PtxType.F16 or PtxType.BF16 or PtxType.F32 or PtxType.TF32 or PtxType.F16X2 or PtxType.BF16X2 or PtxType.F64;

    public static bool IsInteger(this PtxType type) => !type.IsFloat() && type != PtxType.Pred;

    public static string Name(this PtxType type) => "." + type.ToString().ToLowerInvariant();
}
