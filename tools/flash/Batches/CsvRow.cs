using System.Collections.Generic;

namespace Spore.Flash;

/// <summary>A row of a table.</summary>
/// <param name="Line">The line that it begins on, from 1. A row has more than one where a cell has line breaks.</param>
/// <param name="Cells">Its cells, without the white space around them.</param>
internal sealed record CsvRow(int Line, IReadOnlyList<string> Cells);
