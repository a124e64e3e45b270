<?php
// Reads each answer with its generated model, and prints what the model holds.
spl_autoload_register(function (string $class): void {
    require getenv('GENERATED') . '/lib/' . str_replace(['OpenAPI\\Client\\', '\\'], ['', '/'], $class) . '.php';
});

use OpenAPI\Client\ObjectSerializer;

foreach (file(getenv('ANSWERS'), FILE_IGNORE_NEW_LINES) as $line) {
    [$id, $model, $body] = explode("\t", $line);
    try {
        $read = ObjectSerializer::deserialize(json_decode($body), "\\OpenAPI\\Client\\Model\\$model");
        $said = json_encode(ObjectSerializer::sanitizeForSerialization($read));
    } catch (Throwable $error) {
        $said = get_class($error);
    }
    echo "$id\t$said\n";
}
