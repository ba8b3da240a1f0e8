using System;

namespace Spore.Tests.Device;

/// <summary>Runs all tests where there is no test adapter, and prints a line for each.</summary>
public static class Launcher
{
    private const int Count = 19;

    private static string _running;

    public static void Main()
    {
        int failed = 0;
        for (int i = 0; i < Count; i++)
        {
            try
            {
                Run(i);
                Console.WriteLine(string.Concat("pass ", _running));
            }
            catch (Exception e)
            {
                failed++;
                Console.WriteLine(string.Concat("FAIL ", _running, ": ", e.Message));
            }
        }

        Console.WriteLine(failed == 0 ? "all passed" : "some failed");
    }

    private static void Run(int index)
    {
        PrimitiveTests primitives = new PrimitiveTests();
        InterpreterTests interpreter = new InterpreterTests();
        switch (index)
        {
            case 0:
                _running = nameof(InterpreterTests.AnUnsignedTagStaysThroughACastThatEmitsNothing);
                interpreter.AnUnsignedTagStaysThroughACastThatEmitsNothing();
                break;
            case 1:
                _running = nameof(InterpreterTests.ASlotGivesAValueItsOwnSign);
                interpreter.ASlotGivesAValueItsOwnSign();
                break;
            case 2:
                _running = nameof(InterpreterTests.AReferenceGivesASlotTheTagOfWhatIsStored);
                interpreter.AReferenceGivesASlotTheTagOfWhatIsStored();
                break;
            case 3:
                _running = nameof(InterpreterTests.DivisionFollowsTheOpcodeAndTheRemainderTheTag);
                interpreter.DivisionFollowsTheOpcodeAndTheRemainderTheTag();
                break;
            case 4:
                _running = nameof(InterpreterTests.DivisionByZeroThrowsAPlainException);
                interpreter.DivisionByZeroThrowsAPlainException();
                break;
            case 5:
                _running = nameof(InterpreterTests.FinallyRunsOnTheWayOutAndInnermostFirst);
                interpreter.FinallyRunsOnTheWayOutAndInnermostFirst();
                break;
            case 6:
                _running = nameof(InterpreterTests.WhatIsThrownAgainReachesTheOuterHandler);
                interpreter.WhatIsThrownAgainReachesTheOuterHandler();
                break;
            case 7:
                _running = nameof(InterpreterTests.NumbersWrapAndNarrow);
                interpreter.NumbersWrapAndNarrow();
                break;
            case 8:
                _running = nameof(InterpreterTests.CallsFindTheirMethod);
                interpreter.CallsFindTheirMethod();
                break;
            case 18:
                _running = nameof(InterpreterTests.WhatDoesNotFitThrowsAndWhatIsNoLongerReachedMakesRoom);
                interpreter.WhatDoesNotFitThrowsAndWhatIsNoLongerReachedMakesRoom();
                break;
            case 9:
                _running = nameof(PrimitiveTests.PowerOnSelfTestPasses);
                primitives.PowerOnSelfTestPasses();
                break;
            case 10:
                _running = nameof(PrimitiveTests.X25519AsInRfc7748Section52);
                primitives.X25519AsInRfc7748Section52();
                break;
            case 11:
                _running = nameof(PrimitiveTests.Blake2sOfNothingAndOfSeveralBlocks);
                primitives.Blake2sOfNothingAndOfSeveralBlocks();
                break;
            case 12:
                _running = nameof(PrimitiveTests.ChaCha20Poly1305AsInRfc8439Section282);
                primitives.ChaCha20Poly1305AsInRfc8439Section282();
                break;
            case 13:
                _running = nameof(PrimitiveTests.Sha512OfNothingAndOfTwoBlocks);
                primitives.Sha512OfNothingAndOfTwoBlocks();
                break;
            case 14:
                _running = nameof(PrimitiveTests.Ed25519AsInRfc8032Section71);
                primitives.Ed25519AsInRfc8032Section71();
                break;
            case 15:
                _running = nameof(TwoNodesTests.TwoNodesGoFromHandshakeToAnAppliedNetworkAndAPushedChange);
                new TwoNodesTests().TwoNodesGoFromHandshakeToAnAppliedNetworkAndAPushedChange();
                break;
            case 17:
                _running = nameof(TwoTunnelsTests.TwoTunnelsMakeASessionAndPassAPacketAndRenewTheSession);
                new TwoTunnelsTests().TwoTunnelsMakeASessionAndPassAPacketAndRenewTheSession();
                break;
            case 16:
                _running = nameof(SparseNodesTests.NodesReachEachOtherInANetworkOf100000Entries);
                new SparseNodesTests().NodesReachEachOtherInANetworkOf100000Entries();
                break;
        }
    }
}
