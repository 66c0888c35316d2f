using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using NativeTrainer.Kernels;
using NativeTrainer.OpCases;

namespace NativeTrainer.Benchmarks.Ops;

/// <summary>GFLOP/s where arithmetic counts, else GB/s of all operands once, from the median.</summary>
internal sealed class RateColumn : IColumn
{
    public string Id => nameof(RateColumn);

    public string ColumnName => "Rate";

    public string Legend => "GFLOP/s, or GB/s of all operands once, from the median";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => false;

    public UnitType UnitType => UnitType.Dimensionless;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics) return "–";
        var op = (OpCase)benchmarkCase.Parameters[nameof(OpBenchmarks.Case)];
        double bytes = op.Tensors.Sum(t => (double)t.Shape.Count * t.Type.SizeInBytes());
        string rate = op.Flops > 0 ? $"{op.Flops / statistics.Median:F1} GFLOP/s" : $"{bytes / statistics.Median:F1} GB/s";
        return rate.ToString(CultureInfo.InvariantCulture);
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public bool IsAvailable(Summary summary) => true;
}
