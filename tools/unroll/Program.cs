using System;
using System.IO;
using Spore.Unroll;

if (args.Length > 0)
{
    Console.Error.WriteLine($"unroll: {args[0]}: unroll takes no arguments; leave it out");
    return 2;
}

// Run from anywhere in the repository.
DirectoryInfo? root = new(Directory.GetCurrentDirectory());
while (root is not null && !File.Exists(Path.Combine(root.FullName, "nano.sln")))
{
    root = root.Parent;
}

if (root is null)
{
    Console.Error.WriteLine("unroll: no nano.sln here or above; run it from the repository");
    return 1;
}

foreach (UnrolledFile file in UnrolledFiles.All())
{
    File.WriteAllText(Path.Combine(root.FullName, file.Path), file.Text);
    Console.WriteLine(file.Path);
}

return 0;
