using System;
using System.Collections.Generic;

namespace LbCore.Configuration;

/// <summary>Is thrown when options cannot be used. It carries every error at once, each with its path.</summary>
public sealed class LbCoreConfigurationException : Exception
{
    /// <summary>Initializes the exception without errors.</summary>
    public LbCoreConfigurationException()
        : this(Array.Empty<ConfigurationError>())
    {
    }

    /// <summary>Initializes the exception with a message.</summary>
    public LbCoreConfigurationException(string? message)
        : base(message) => Errors = [];

    /// <summary>Initializes the exception with a message and a cause.</summary>
    public LbCoreConfigurationException(string? message, Exception? innerException)
        : base(message, innerException) => Errors = [];

    /// <summary>Initializes the exception with the errors found.</summary>
    public LbCoreConfigurationException(IReadOnlyList<ConfigurationError> errors)
        : this(errors, innerException: null)
    {
    }

    /// <summary>Initializes the exception with the errors found, and their cause.</summary>
    public LbCoreConfigurationException(IReadOnlyList<ConfigurationError> errors, Exception? innerException)
        : base($"The configuration has errors:{Environment.NewLine}{string.Join(Environment.NewLine, errors)}", innerException) => Errors = errors;

    /// <summary>Gets the errors, in the order of the options.</summary>
    public IReadOnlyList<ConfigurationError> Errors { get; }
}
