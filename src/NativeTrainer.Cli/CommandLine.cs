using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Commands;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Cli;

/// <summary>
/// Parses and runs one command. Whatever goes wrong becomes one line that starts with <c>error:</c> on the error writer and an
/// <see cref="ExitCode"/>; a trace is printed only for faults of this program, and only when NATIVETRAINER_TRACE=1 asks for it.
/// </summary>
internal static class CommandLine
{
    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        try
        {
            // A path may start with '@': no response files.
            var parsed = Root().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Errors.Count > 0)
            {
                error.WriteLine($"error: {ParseErrors.Explain(parsed)}");
                return ExitCode.Usage;
            }
            return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (UserException mistake)
        {
            return Fail(error, mistake.Message, mistake, mistake.ExitCode);
        }
        catch (OperationCanceledException stopped)
        {
            return Fail(error, "interrupted before there was anything to save", stopped, ExitCode.Interrupted);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return Fail(error, refused.Message, refused, ExitCode.Usage);
        }
        catch (OutOfMemoryException full)
        {
            return Fail(error, $"not enough memory: {full.Message.TrimEnd('.')}; a smaller --batch or --size needs less", full, ExitCode.Usage);
        }
        catch (DeviceException lost)
        {
            return Fail(error, $"{lost.Message}; what was saved is kept: go on with train --resume FOLDER, or with --device cpu", lost, ExitCode.DeviceLost);
        }
        catch (Exception fault)
        {
            string line = $"internal fault: {fault.GetType().Name}: {fault.Message}; please report it with the command and what NATIVETRAINER_TRACE=1 prints";
            return Fail(error, line, fault, ExitCode.Internal);
        }
    }

    internal static RootCommand Root()
    {
        var root = new RootCommand("Fine-tunes ResNet image classifiers on your photos, on any machine.")
        {
            DemoCommand.Create(),
            AuditCommand.Create(),
            SplitCommand.Create(),
            RankWeightsCommand.Create(),
            PlanCommand.Create(),
            LearningRateCommand.Create(),
            TrainCommand.Create(),
            SweepCommand.Create(),
            EvaluateCommand.Create(),
            PredictCommand.Create(),
            GradCamCommand.Create(),
            ReportCommand.Create(),
            CompareCommand.Create(),
            MetricsCommand.Create(),
            SoupCommand.Create(),
            ExportCommand.Create(),
            ConvertCommand.Create(),
            InspectCommand.Create(),
            AugmentPreviewCommand.Create(),
            DevicesCommand.Create(),
            ExplainCommand.Create(),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        var action = new HelpWithExamples((HelpAction)help.Action!);
        help.Action = action;
        root.SetAction(parsed =>
        {
            action.Invoke(parsed);
            return ExitCode.Usage;
        });
        return root;
    }

    private static int Fail(TextWriter error, string message, Exception cause, int code)
    {
        error.WriteLine($"error: {message.ReplaceLineEndings(" ")}");
        if (Environment.GetEnvironmentVariable("NATIVETRAINER_TRACE") == "1") error.WriteLine(cause);
        return code;
    }
}
