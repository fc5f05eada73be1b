namespace LbCore.Balancing.Hashing;

/// <summary>Finds primes near small numbers.</summary>
internal static class Primes
{
    public static bool IsPrime(int number)
    {
        if (number < 4 || number % 2 == 0)
        {
            return number is 2 or 3;
        }

        for (var divisor = 3; (long)divisor * divisor <= number; divisor += 2)
        {
            if (number % divisor == 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns the largest prime that is not above a number of 2 or more.</summary>
    public static int AtMost(int number)
    {
        while (!IsPrime(number))
        {
            number--;
        }

        return number;
    }

    /// <summary>Returns the smallest prime that is not below a number of at most 2,147,483,647, which is one.</summary>
    public static int AtLeast(int number)
    {
        while (!IsPrime(number))
        {
            number++;
        }

        return number;
    }
}
