using System;
using System.Collections.Generic;
using System.Linq;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;

namespace Spore.Tests.Interop;

/// <summary>Headless Chromium, which reaches no network.</summary>
internal sealed class Browser : IDisposable
{
    /// <summary>The programs that it needs.</summary>
    public static readonly string[] Programs = ["chromium", "chromedriver"];

    private readonly ChromeDriverService _service;
    private readonly ChromeDriver _driver;

    /// <summary>Opens a page.</summary>
    /// <param name="path">The page's file.</param>
    /// <param name="profile">A folder for what it stores.</param>
    public Browser(string path, string profile)
    {
        ChromeOptions options = new() { BinaryLocation = Requirements.Find(Programs[0]) };
        options.AddArguments(
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--window-size=1280,1000",
            $"--user-data-dir={profile}");
        options.SetLoggingPreference(LogType.Browser, LogLevel.All);
        _service = ChromeDriverService.CreateDefaultService(Requirements.Find(Programs[1]));
        _driver = new ChromeDriver(_service, options);
        _driver.Navigate().GoToUrl(new Uri(path));
    }

    /// <summary>The element that has the focus.</summary>
    public IWebElement Focused => _driver.SwitchTo().ActiveElement();

    /// <summary>What the console has got: errors, warnings and what the page has logged.</summary>
    public IReadOnlyList<string> Console => [.. _driver.Manage().Logs.GetLog(LogType.Browser).Select(e => e.Message)];

    /// <summary>Finds elements.</summary>
    /// <param name="selector">A CSS selector.</param>
    /// <returns>Those that it selects.</returns>
    public IReadOnlyList<IWebElement> All(string selector) => _driver.FindElements(By.CssSelector(selector));

    /// <summary>Finds an element.</summary>
    /// <param name="selector">A CSS selector.</param>
    /// <returns>The first one that it selects.</returns>
    public IWebElement One(string selector) => _driver.FindElement(By.CssSelector(selector));

    /// <summary>Runs a script in the page.</summary>
    /// <param name="script">The script.</param>
    /// <returns>What it returns.</returns>
    public object? Run(string script) => _driver.ExecuteScript(script);

    /// <summary>
    /// Chooses what the page learns of the person's wish for a light or a dark form, and loads it again.
    /// </summary>
    /// <param name="form"><c>light</c> or <c>dark</c>.</param>
    public void Prefer(string form)
    {
        _driver.ExecuteCdpCommand("Emulation.setEmulatedMedia", new Dictionary<string, object?>
        {
            ["features"] = new object[]
            {
                new Dictionary<string, object> { ["name"] = "prefers-color-scheme", ["value"] = form },
            },
        });
        _driver.Navigate().Refresh();
    }

    /// <summary>Takes a picture.</summary>
    /// <param name="path">The PNG file to write.</param>
    public void Picture(string path) => _driver.GetScreenshot().SaveAsFile(path);

    /// <inheritdoc/>
    public void Dispose()
    {
        _driver.Quit();
        _driver.Dispose();
        _service.Dispose();
    }
}
