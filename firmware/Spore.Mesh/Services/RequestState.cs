namespace Spore.Services;

/// <summary>How far a request is (PROTOCOL section 8.4).</summary>
internal enum RequestState
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>Its body is arriving.</summary>
    Arriving,

    /// <summary>The handler works on it.</summary>
    Handled,

    /// <summary>Its response is complete and can be read.</summary>
    Complete,
}
