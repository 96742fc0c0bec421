/**
 * What an object holds under a name that came from outside, e.g. a label: never what every object inherits, such as
 * `constructor`. For an object that is missing, undefined.
 */
export function own<T>(object: Readonly<Record<string, T>> | undefined | null, name: string): T | undefined {
  return object !== undefined && object !== null && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Sets what an object holds under a name that came from outside, also `__proto__`, which an assignment would misread. */
export function putOwn<T>(object: Record<string, T>, name: string, value: NoInfer<T>): void {
  if (name === "__proto__") {
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[name] = value;
  }
}
