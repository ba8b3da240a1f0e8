namespace Spore.Hostsim.Status;

/// <summary>A member that was asked for its status.</summary>
/// <param name="Key">Its public key, in base64.</param>
/// <param name="Name">Its label, or the start of its key.</param>
/// <param name="Roles">Its roles, as INI files have them; empty for none.</param>
/// <param name="Status">What it answered, or null.</param>
/// <param name="Fault">Why there is no answer, or null.</param>
internal sealed record SurveyedMember(string Key, string Name, string Roles, StatusFile? Status, string? Fault);
