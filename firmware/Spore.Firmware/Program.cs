using System;
using System.Threading;
using nanoFramework.Runtime.Native;
using Spore.Crypto;
using Spore.Network;

namespace Spore.Firmware;

/// <summary>The ESP32 program: from power to a running node.</summary>
public static class Program
{
    private const int LinkPoll = 500;
    private const int RestartAfter = 5000;

    /// <summary>Boots. Ends only where the flash or the chip makes no node.</summary>
    public static void Main()
    {
        Log.Write(string.Concat("spore ", FirmwareVersion.Text));
        IdentityFault fault = IdentityRecord.Check(FlashRecords.Identity, 0, FlashRecords.Identity.Length);
        if (fault != IdentityFault.None)
        {
            Log.Write(Describe(fault));
            return;
        }

        string failed = SelfTest.Run();
        if (failed != null)
        {
            Log.Write(string.Concat("stopped: the self-test failed at ", failed));
            return;
        }

        try
        {
            Log.Write("waiting for the network");
            while (!NetworkLink.IsReady())
            {
                Thread.Sleep(LinkPoll);
            }

            new NodeRunner(FlashRecords.Identity, FlashRecords.Rendezvous).Run();
        }
        catch (Exception e)
        {
            // Nobody would see it otherwise, and the board would stand still.
            Log.Write(string.Concat("failed: ", e.Message));
        }

        Thread.Sleep(RestartAfter);
        Power.RebootDevice();
    }

    private static string Describe(IdentityFault fault)
    {
        switch (fault)
        {
            case IdentityFault.Unprovisioned:
                return "stopped: no identity in this image; tools/flash writes one";
            case IdentityFault.NoTrustRoot:
                return "stopped: the identity in this image has no trust root";
            default:
                return "stopped: the identity in this image is damaged";
        }
    }
}
