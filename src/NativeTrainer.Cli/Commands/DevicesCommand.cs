using System.CommandLine;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Output;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>devices</c>: what <c>--device</c> can name on this machine.</summary>
internal static class DevicesCommand
{
    public static Command Create()
    {
        var command = new ExampleCommand("devices", "List where this machine can compute.", "nativetrainer devices", "nativetrainer devices --json");
        var json = JsonFlag.Make();
        command.Add(json);
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            using var processor = Device.Open("cpu");
            var cards = CudaCards.List(out string? problem);
            DeviceJson[] devices = [.. cards.Select(DeviceJson.Of), new("cpu", processor.Description, ["fp32"])];
            if (parsed.GetValue(json)) JsonResults.WriteTo(output, new DevicesJson(devices, problem));
            else
            {
                foreach (var device in devices) output.WriteLine($"{device.Name,-8}{device.Description}; {string.Join(", ", device.Precisions)}");
                if (problem is not null) output.WriteLine($"No cuda: {problem}.");
            }
            return ExitCode.Done;
        });
        return command;
    }
}
