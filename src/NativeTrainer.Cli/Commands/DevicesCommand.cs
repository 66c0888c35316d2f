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
        var json = CommonOptions.Json();
        command.Add(json);
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            using var device = Device.Open("cpu");
            DeviceJson[] devices = [new("cpu", device.Description)];
            if (parsed.GetValue(json)) JsonResults.WriteTo(output, new DevicesJson(devices));
            else foreach (var (name, description) in devices) output.WriteLine($"{name,-8}{description}");
            return ExitCode.Done;
        });
        return command;
    }
}
