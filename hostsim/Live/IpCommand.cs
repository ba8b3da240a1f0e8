using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;

namespace Spore.Hostsim.Live;

/// <summary>Runs <c>ip</c> of iproute2.</summary>
internal static class IpCommand
{
    /// <summary>Runs commands in one batch, the later ones also when one fails.</summary>
    /// <param name="lines">The commands, each without the leading <c>ip</c>.</param>
    /// <exception cref="HostsimException">One has failed, or there is no <c>ip</c>.</exception>
    public static void Run(IReadOnlyList<string> lines)
    {
        if (lines.Count == 0)
        {
            return;
        }

        ProcessStartInfo start = new("ip", ["-force", "-batch", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            foreach (string line in lines)
            {
                process.StandardInput.Write(line + "\n");
            }

            process.StandardInput.Close();
            string complaint = process.StandardError.ReadToEnd().Trim();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new HostsimException($"ip: {complaint}");
            }
        }
        catch (Win32Exception)
        {
            throw new HostsimException("--tun needs the ip command (iproute2), which is not there");
        }
    }
}
