Console.WriteLine("nativetrainer");
