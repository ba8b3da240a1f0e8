using System;
using System.Threading;
using nanoFramework.Runtime.Native;

namespace Spore.Firmware;

/// <summary>
/// A thread that goes on whatever the node's loop is doing: it shows the status LED, and restarts the board when the
/// loop has not come round for a minute, since the pinned packages offer no hardware watchdog. What stops the
/// interpreter itself, it does not see.
/// </summary>
internal sealed class Supervisor
{
    private const long Patience = 60000;

    private long _roundAt;

    /// <summary>Starts it.</summary>
    public Supervisor()
    {
        ComeRound();
        new Thread(Run).Start();
    }

    /// <summary>The LED that it shows.</summary>
    public StatusLed Led { get; } = new StatusLed();

    /// <summary>Called once in each round of the loop, and while the boot waits for something.</summary>
    public void ComeRound()
    {
        _roundAt = Environment.TickCount64;
    }

    /// <summary>Called when there will be no loop: nothing is watched any more.</summary>
    public void Stop()
    {
        _roundAt = long.MaxValue;
    }

    private void Run()
    {
        while (true)
        {
            Led.Step();
            if (Environment.TickCount64 - _roundAt > Patience)
            {
                Log.Write("the loop stands still; restart");
                Power.RebootDevice();
            }

            Thread.Sleep(StatusLed.StepTime);
        }
    }
}
