namespace NativeTrainer.PtxExecutor.Execution;

/// <summary>The value of a special register in one lane.</summary>
internal delegate int SpecialRegister(Launch launch, int warp, int lane);

/// <summary>%tid.x and its like.</summary>
internal static class SpecialRegisters
{
    private const int Lanes = 32;

    public static SpecialRegister Of(string name) => name switch
    {
        "%tid.x" => (launch, warp, lane) => (warp * Lanes + lane) % launch.Threads.X,
        "%tid.y" => (launch, warp, lane) => (warp * Lanes + lane) / launch.Threads.X % launch.Threads.Y,
        "%tid.z" => (launch, warp, lane) => (warp * Lanes + lane) / launch.Threads.X / launch.Threads.Y,
        "%ntid.x" => (launch, _, _) => launch.Threads.X,
        "%ntid.y" => (launch, _, _) => launch.Threads.Y,
        "%ntid.z" => (launch, _, _) => launch.Threads.Z,
        "%ctaid.x" => (launch, _, _) => launch.Block.X,
        "%ctaid.y" => (launch, _, _) => launch.Block.Y,
        "%ctaid.z" => (launch, _, _) => launch.Block.Z,
        "%nctaid.x" => (launch, _, _) => launch.Grid.X,
        "%nctaid.y" => (launch, _, _) => launch.Grid.Y,
        "%nctaid.z" => (launch, _, _) => launch.Grid.Z,
        "%laneid" => (_, _, lane) => lane,
        "%warpid" => (_, warp, _) => warp,
        "%WARP_SZ" or "WARP_SZ" => (_, _, _) => Lanes,
        _ => throw new NotSupportedException($"the special register {name} is not modelled"),
    };
}
