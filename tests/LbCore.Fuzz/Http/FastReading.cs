using System;
using System.Collections.Generic;
using LbCore.Http;

namespace LbCore.Fuzz.Http;

/// <summary>Reads messages one behind the other, as a connection does: what is done with is let go of, and what is left moves with what comes.</summary>
internal abstract class FastReading
{
    /// <summary>Gets what was read, and last how the reading ended.</summary>
    protected List<string> Messages { get; } = [];

    protected FastBody Body { get; } = new();

    protected byte[] Left { get; private set; } = [];

    /// <summary>Gets how many bytes are done with.</summary>
    protected int Position { get; private set; }

    protected bool IsInBody { get; private set; }

    /// <summary>Gets or sets why nothing more is read.</summary>
    protected string? Ended { get; set; }

    /// <param name="bytes">All that comes before the stream ends.</param>
    /// <param name="ends">Where the pieces end that they come in.</param>
    protected List<string> ReadAll(byte[] bytes, int[] ends)
    {
        var start = 0;
        foreach (var end in ends)
        {
            // Another array each time: nothing may be kept of where the bytes lay before.
            Left = [.. Left, .. bytes.AsSpan(start..end)];
            start = end;
            while (Ended is null && (IsInBody ? ReadBody() : ReadHead()))
            {
            }
        }

        Close();
        return Messages;
    }

    /// <summary>Reads a head. False when more of it must come, or none may.</summary>
    protected abstract bool ReadHead();

    /// <summary>Ends a message whose body is whole.</summary>
    protected abstract void EndMessage();

    /// <summary>Says how the reading ended.</summary>
    protected abstract void Close();

    protected void BeginBody(BodyFraming framing)
    {
        Body.Begin(framing);
        IsInBody = true;
    }

    protected void Take(int length)
    {
        Left = Left[length..];
        Position += length;
    }

    private bool ReadBody()
    {
        if (Body.IsEnded)
        {
            IsInBody = false;
            EndMessage();
            return true;
        }

        if (Left.Length == 0)
        {
            return false;
        }

        if (Body.Read(Left) is not { } read)
        {
            Ended = "refused: " + Body.Error;
            return false;
        }

        Take(read);
        return true;
    }
}
