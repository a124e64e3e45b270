// Reads each answer with its generated model, and prints what the model holds.
using System;
using System.IO;
using Newtonsoft.Json;

public static class Read
{
    public static void Main()
    {
        // As the generated client has it.
        var settings = new JsonSerializerSettings
        {
            ConstructorHandling = ConstructorHandling.AllowNonPublicDefaultConstructor,
        };
        foreach (var line in File.ReadLines(Environment.GetEnvironmentVariable("ANSWERS")))
        {
            var parts = line.Split('\t');
            string said;
            try
            {
                var model = Type.GetType("Bingx.Model." + parts[1], true);
                said = JsonConvert.SerializeObject(JsonConvert.DeserializeObject(parts[2], model, settings));
            }
            catch (Exception error)
            {
                said = error.GetType().Name + ": " + error.Message.Split('\n')[0];
            }
            Console.WriteLine(parts[0] + "\t" + said);
        }
    }
}
