namespace VdiBroker.City.Story;

/// <summary>One line of the story that must be true.</summary>
/// <param name="Name">The line, a sentence.</param>
/// <param name="Act">Plays it; gives a note for the reader; throws where the line does not hold.</param>
public sealed record StoryStep(string Name, Func<StoryScene, Task<string>> Act);

/// <summary>How a line went.</summary>
/// <param name="Name">The line.</param>
/// <param name="Ok">It held.</param>
/// <param name="Seconds">Duration.</param>
/// <param name="Note">What was seen, or why it did not hold.</param>
public sealed record StoryLine(string Name, bool Ok, double Seconds, string Note);

/// <summary>A line of the story does not hold.</summary>
public sealed class StoryException(string why) : Exception(why);
