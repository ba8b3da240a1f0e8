namespace Spore.Firmware;

/// <summary>Handles <see cref="SporeNode.VendorFieldsChanged"/>.</summary>
/// <param name="node">The node whose network was applied.</param>
public delegate void VendorFieldsChangedEventHandler(SporeNode node);
